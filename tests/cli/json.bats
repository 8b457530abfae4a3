#!/usr/bin/env bats
# --json: always a document, with the keys of docs/json.md, in order, integers for figures.
load helpers

@test "every report prints valid JSON, whatever a profile holds" {
  for file in shop hostile sampled wide; do
    for report in top tree traces "peek ." "list ." "diff $P/shop.pb.gz"; do
      # shellcheck disable=SC2086
      memprof $report --json "$P/$file.pb.gz" | python3 -m json.tool >/dev/null
    done
  done
}

@test "the document says what it is" {
  for report in top tree traces "peek ." "list ." "diff $P/shop.pb.gz"; do
    # shellcheck disable=SC2086
    same "$(memprof $report --json "$P/shop.pb.gz" | jq -c '[.format, .version]')" "[\"memprof.${report%% *}\",1]"
  done
}

@test "the head: file, figure, sampling, total, comments" {
  run -0 memprof top --json "$P/shop.pb.gz"
  same "$(jq -c 'del(.nodes, .time_nanos)' <<<"$output")" "{\"format\":\"memprof.top\",\"version\":1,\"file\":\"$P/shop.pb.gz\",\"sample_type\":{\"type\":\"alloc_space\",\"unit\":\"bytes\"},\"duration_nanos\":1500000000,\"sampling\":{\"exact\":true},\"dropped\":null,\"total\":{\"value\":4205120,\"low\":4205120,\"high\":4205120},\"comments\":[\"command: ./shop\"],\"n_nodes\":4}"
  grep -qx '  "time_nanos": 1700000000000000000,' <<<"$output" # jq 1.6 would round it
}

@test "top: figures are integers, all rows unless -n" {
  run -0 memprof top --json "$P/shop.pb.gz"
  same "$(jq -c '.nodes[] | [.name, .flat.value, .cum.value]' <<<"$output")" '["index",4194304,4194304]
["parse",10752,10752]
["main",64,4205120]
["load",0,4194304]'
  same "$(memprof top --json "$P/wide.pb.gz" | jq '.nodes | length')" 30
  same "$(memprof top --json -n 3 "$P/wide.pb.gz" | jq '.nodes | length')" 3
  same "$(memprof top --json --lines "$P/shop.pb.gz" | jq -c '.nodes[0] | keys_unsorted')" '["name","file","line","flat","cum"]'
}

@test "tree: parents come before their children" {
  run -0 memprof tree --json "$P/shop.pb.gz"
  same "$(jq -c '[.nodes[] | select(.parent >= .id)]' <<<"$output")" '[]'
  same "$(jq -c '.nodes[] | select(.name == "index") | [.depth, .flat.value, .cum.value]' <<<"$output")" '[3,4194304,4194304]'
}

@test "traces: labels and frames" {
  run -0 memprof traces --json "$P/shop.pb.gz"
  same "$(jq -c '.samples[2].frames[] | [.name, .file, .line, .inlined]' <<<"$output")" '["index","index.h",7,true]
["load","load.c",33,false]
["main","'"$P"'/src/main.c",21,false]'
  same "$(jq -c '.samples[2].labels' <<<"$output")" '[{"key":"bytes","value":1048576,"unit":"bytes"}]'
}

@test "peek and list" {
  run -0 memprof peek --json '^load$' "$P/shop.pb.gz"
  same "$(jq -c '.nodes[0] | [.callers[0].name, .callees[0].name, .callees[0].weight.value, .callees[0].inlined]' <<<"$output")" '["main","index",4194304,true]'
  run -0 memprof list --source-path="$P" --json '^parse$' "$P/shop.pb.gz"
  same "$(jq -c '.functions[0] | [.name, .source_found, .lines[0].line, .lines[0].flat.value]' <<<"$output")" '["parse",true,12,10240]'
}

@test "diff: figures, state, certainty" {
  run -0 memprof diff --json "$P/shop.pb.gz" "$P/shop2.pb.gz"
  same "$(jq -c '.functions[] | select(.name == "index") | [.base.value, .new.value, .delta.value, .percent, .exceeds_error_bar, .state]' <<<"$output")" '[4194304,6291456,2097152,50,true,"grown"]'
  same "$(jq -c '.functions[] | select(.name == "main") | [.delta.value, .state]' <<<"$output")" '[-64,"gone"]'
}

@test "every key that is printed is documented" {
  doc=$DATA/../../../docs/json.md
  for report in top "top --addresses" tree traces "peek ." "list ." "diff $P/shop.pb.gz" "diff --stacks $P/shop.pb.gz"; do
    # shellcheck disable=SC2086
    for key in $(memprof $report --json "$P/sampled.pb.gz" | jq -r '[paths | map(strings) | .[]] | unique[]'); do
      grep -q "\`$key\`" "$doc" || { echo "$report: $key is not in docs/json.md"; return 1; }
    done
  done
}
