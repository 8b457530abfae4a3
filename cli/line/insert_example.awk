# awk -f insert_example.awk EXAMPLE PAGE: the page with the example in place of @EXAMPLE@.
FNR == NR { gsub(/\\/, "&&"); example = example $0 "\n"; next }
/^@EXAMPLE@$/ { printf "%s", example; next }
{ print }
