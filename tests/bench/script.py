"""A program for /usr/bin/python3: objects, strings, JSON and sorting, as scripts have it."""

import json
import sys


class Order:
    def __init__(self, number):
        self.number = number
        self.lines = [{"item": f"item {i}", "price": i * 1.25} for i in range(number % 7)]

    def total(self):
        return sum(line["price"] for line in self.lines)


def main(rounds):
    n = 0
    for _ in range(rounds):
        orders = [Order(i) for i in range(3000)]
        text = json.dumps([{"number": o.number, "lines": o.lines} for o in orders])
        back = json.loads(text)
        by_total = {}
        for order in orders:
            by_total.setdefault(order.total(), []).append(str(order.number))
        n += len(back) + sum(len(",".join(numbers)) for numbers in by_total.values())
    print(n)


main(int(sys.argv[1]))
