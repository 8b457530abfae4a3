#!/usr/bin/env bats
# The man page and the completions hold every option of every command.
load helpers

# "command --option" for every command and option, from help, which is asked once: it takes its time under a sanitizer.
all_options() {
  [ -s "$P/options" ] ||
    for name in $(memprof help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
      memprof help "$name" | grep -oE '^  +(-., )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | sed "s/^/$name /"
    done >"$P/options"
  cat "$P/options"
}

# The words that bash would offer after "memprof $@".
complete_words() {
  bash -c 'source "$COMPLETIONS/memprof"
    compopt() { :; }
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _memprof
    printf "%s\n" "${COMPREPLY[@]}"' bash "$@"
}

@test "there are options to look for" {
  [ "$(all_options | wc -l)" -gt 60 ]
  all_options | grep -qx 'top --sample-index'
  all_options | grep -qx 'top --no-symbolize'
}

@test "bash: the script parses, and offers commands" {
  bash -n "$COMPLETIONS/memprof"
  same "$(complete_words memprof tre)" tree
  complete_words memprof '' | grep -qx convert
  not grep -q __generate <<<"$(complete_words memprof '')"
}

@test "bash: every option of every command is offered" {
  while read -r name option; do
    [ -e "$P/words.$name" ] || complete_words memprof "$name" -- >"$P/words.$name"
    grep -qE -- "^$option=?$" "$P/words.$name" || { echo "$name lacks $option"; return 1; }
  done < <(all_options)
}

@test "bash: choices and files" {
  same "$(complete_words memprof convert --to = spe)" speedscope
  same "$(complete_words memprof convert --to fol)" folded
  touch "$P/my profile.pb.gz"
  same "$(complete_words memprof top "$P/my")" "$P/my profile.pb.gz"
}

@test "zsh: every option is there, and the script parses" {
  for name in $(all_options | cut -d' ' -f1 | sort -u); do
    sed -n "/^    $name)/,/;;\$/p" "$COMPLETIONS/_memprof" >"$P/section"
    for option in $(all_options | sed -n "s/^$name //p"); do
      grep -qE -- "$option(=|\[|\}|')" "$P/section" || { echo "$name lacks $option"; return 1; }
    done
  done
  if command -v zsh >/dev/null; then zsh -n "$COMPLETIONS/_memprof"; fi
}

@test "fish: every option is there, and the script parses" {
  while read -r name option; do
    [ "$option" != --help ] || continue
    grep -qE -- "from $name' -l ${option#--}( |$)" "$COMPLETIONS/memprof.fish" || { echo "$name lacks $option"; return 1; }
  done < <(all_options)
  grep -q -- '-l help' "$COMPLETIONS/memprof.fish"
  if command -v fish >/dev/null; then fish -n "$COMPLETIONS/memprof.fish"; fi
}

@test "the man page documents every command and option" {
  while read -r name option; do
    [ "$option" != --help ] || continue
    sed -n "/^## memprof $name\$/,/^##* [^m]/p" "$MAN_SOURCE" >"$P/section"
    grep -qF -- "*$option*" "$P/section" || { echo "$name lacks $option"; return 1; }
  done < <(all_options)
  for variable in OUTPUT RATE OVERHEAD DIR DEPTH THREADS; do grep -q "^\*MEMPROF_$variable\*" "$MAN_SOURCE"; done
}

@test "the man page has no layout faults" {
  command -v man >/dev/null || skip "man is not installed"
  LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "${MAN_SOURCE%.scd}" 2>"$P/faults" >/dev/null
  same "$(cat "$P/faults")" ""
}
