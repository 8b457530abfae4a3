// A program for node: objects, JSON, buffers and regular expressions.
let n = 0;
for (let round = 0; round < Number(process.argv[2]); round++) {
  const orders = [];
  for (let i = 0; i < 4000; i++)
    orders.push({number: i, lines: Array.from({length: i % 7}, (_, k) => ({item: `item ${k}`, price: k * 1.25}))});
  const bytes = Buffer.from(JSON.stringify(orders));
  const back = JSON.parse(bytes.toString());
  n += back.length + (bytes.toString('base64').match(/[A-Z]+/g) || []).length;
}
console.log(n);
