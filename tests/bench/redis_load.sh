#!/usr/bin/env bash
# A redis-server with a few seconds of work, which ends by itself: for scripts/gallery.
port=7797
redis-server --port $port --save '' --appendonly no >/dev/null &
for _ in $(seq 100); do
  redis-cli -p $port ping >/dev/null 2>&1 && break
  sleep 0.1
done
redis-benchmark -p $port -q -n 60000 -t set,lpush,hset,zadd -d 100 -r 10000 >/dev/null
redis-cli -p $port shutdown nosave
wait
