# A program for perl: hashes of arrays, strings and regular expressions. Without the random order of hashes.
use strict;
use warnings;

my $n = 0;
for my $round (1 .. $ARGV[0]) {
  my %by_word;
  for my $i (1 .. 20000) {
    my $line = join ' ', map { "word" . ($i * $_ % 977) } 1 .. 5;
    push @{$by_word{$_}}, $i for $line =~ /(\w+)/g;
  }
  $n += scalar @{$by_word{$_}} for sort keys %by_word;
}
print "$n\n";
