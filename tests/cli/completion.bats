#!/usr/bin/env bats
# The man page and the completions hold every option of every command.
load helpers

# A program that a test started, also one that failed.
teardown() { [ -z "${started-}" ] || { kill "$started"; wait "$started" || true; }; }

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
  bash -c 'source /usr/share/bash-completion/bash_completion
    source "$COMPLETIONS/memprof"
    compopt() { :; }
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
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
  same "$(complete_words memprof serve --http = un)" unix:
  same "$(complete_words memprof serve --http = unix : "$P/my")" "$P/my profile.pb.gz"
  same "$(complete_words memprof run --http unix : "$P/my")" "$P/my profile.pb.gz"
}

@test "zsh: every option is there, and the script parses" {
  for name in $(all_options | cut -d' ' -f1 | sort -u); do
    sed -n "/^    $name)/,/;;\$/p" "$COMPLETIONS/_memprof" >"$P/section"
    for option in $(all_options | sed -n "s/^$name //p"); do
      grep -qE -- "$option(=|\[|\}|')" "$P/section" || { echo "$name lacks $option"; return 1; }
    done
  done
  zsh -n "$COMPLETIONS/_memprof"
}

@test "fish: every option is there, and the script parses" {
  while read -r name option; do
    [ "$option" != --help ] || continue
    grep -qE -- "from $name(; and [^']*)?' -l ${option#--}( |$)" "$COMPLETIONS/memprof.fish" || { echo "$name lacks $option"; return 1; }
  done < <(all_options)
  grep -q -- '-l help' "$COMPLETIONS/memprof.fish"
  fish -n "$COMPLETIONS/memprof.fish"
}

# The words that fish and zsh would offer after the line $1, one a line.
fish_words() { HOME=$P fish -c "source $COMPLETIONS/memprof.fish; complete -C '$1'" | cut -f1; }
zsh_words() {
  cat >"$P/zsh" <<'END'
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1= fpath=($COMPLETIONS \$fpath); autoload -Uz compinit; compinit -u -D; zstyle ':completion:*' verbose no
bindkey '^I' list-choices; setopt list_packed; stty -echo columns 200; cd ${(q)PWD}; print READY'!'"
zpty -r -m shell out '*READY!*'
zpty -w -n shell "$1"$'\t'
text=
for _ in {1..100}; do
  zpty -r -t shell out && text+=$out || sleep 0.05
  [[ $text == *$'\e[J'*$'\e[A'* ]] && break
done
zpty -d shell
print -r -- $text
END
  # A terminal would get the words between two escape sequences: TERM has to name one.
  TERM=xterm zsh -f "$P/zsh" "$1" | tr '\r\n' '  ' | sed 's/.*\x1b\[J//; s/\x1b\[A.*//' | tr -s ' ' '\n' | sed '/^$/d'
}

# holds WORD: it is one of those on standard input.
holds() { grep -qxF -- "$1"; }

in_a_folder_with_profiles() {
  mkdir -p "$BATS_TEST_TMPDIR/here/folder"
  cd "$BATS_TEST_TMPDIR/here"
  touch a.pb.gz notes.txt
}

@test "bash, fish, zsh: sample types" {
  same "$(complete_words memprof top --sample-index = inuse_)" $'inuse_objects\ninuse_space'
  same "$(fish_words 'memprof top --sample-index=inuse_' | sort)" $'--sample-index=inuse_objects\n--sample-index=inuse_space'
  same "$(zsh_words 'memprof top --sample-index=inuse_' | sort)" $'inuse_objects\ninuse_space'
}

@test "bash, fish, zsh: profiles and folders come before other files" {
  in_a_folder_with_profiles
  same "$(complete_words memprof top '')" $'a.pb.gz\nfolder'
  same "$(complete_words memprof top no)" notes.txt
  same "$(fish_words 'memprof top ' | head -1)" a.pb.gz
  same "$(zsh_words 'memprof top ')" $'a.pb.gz\nfolder/'
  same "$(complete_words memprof doctor ./no)" ./notes.txt
}

@test "bash, fish, zsh: the recorded processes" {
  local command pid
  PATH=$(dirname "$MEMPROF"):$PATH
  "$MEMPROF" run -q -o "$BATS_TEST_TMPDIR/p.pb.gz" sleep 1000 3>&- &
  started=$!
  for _ in $(seq 100); do
    pid=$(memprof ps --json | jq ".processes[] | select(.command | startswith(\"sleep 1000\")) | .pid" | tail -1)
    [ -z "$pid" ] || break
    sleep 0.1
  done
  for command in stats snapshot live; do complete_words memprof "$command" '' | holds "$pid"; done
  complete_words memprof leaks --pid = '' | holds "$pid"
  fish_words 'memprof stats ' | holds "$pid"
  fish_words 'memprof leaks --pid=' | holds "--pid=$pid"
  zsh_words 'memprof stats ' | holds "$pid"
}

@test "bash, fish, zsh: after the program of run its own completion answers" {
  local words
  for words in "ls --siz" "-o x ls --siz" "--exact -- ls --siz"; do
    same "$(complete_words memprof run $words)" --size
    same "$(fish_words "memprof run $words")" --size
  done
  same "$(complete_words memprof run --rate = 5 ls --siz)" --size
  same "$(fish_words "memprof run --rate=5 ls --siz")" --size
  zsh_words "memprof run ls --si" | holds --size
  same "$(complete_words memprof run --exac)" --exact
  same "$(fish_words "memprof run --exac")" --exact
  same "$(complete_words memprof run ls --exac)" ""
  same "$(fish_words "memprof run ls --exac")" ""
  # Words of the shell are no programs.
  not holds if <<<"$(complete_words memprof run i)"
}

@test "the man pages document every command and option" {
  while read -r name option; do
    [ "$option" != --help ] || continue
    grep -qF -- "*$option*" "${MAN_SOURCE%/*}/memprof-$name.1.scd" || { echo "$name lacks $option"; return 1; }
    grep -qF -- "*memprof-$name*(1)" "$MAN_SOURCE" || { echo "memprof(1) lacks $name"; return 1; }
  done < <(all_options)
  for variable in OUTPUT RATE OVERHEAD DIR DEPTH THREADS; do grep -q "^\*MEMPROF_$variable\*" "$MAN_SOURCE"; done
}

@test "the man pages have no layout faults" {
  command -v man >/dev/null || skip "man is not installed"
  for page in "${MAN_SOURCE%.scd}" "${MAN_SOURCE%/*}"/memprof-*.1; do
    LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>"$P/faults" >/dev/null
    same "$(cat "$P/faults")" ""
  done
}
