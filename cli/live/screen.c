#define NCURSES_WIDECHAR 1
#include "cli/live/screen.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "report/text.h"

#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>

static SCREEN *screen;
static bool utf8, colour;

enum { PAIR_UP = 1, PAIR_DOWN };

static void begin_colour(void) {
  const char *no = getenv("NO_COLOR");
  colour = !(no && *no) && has_colors();
  if (!colour)
    return;
  start_color();
  use_default_colors();
  init_pair(PAIR_UP, COLOR_RED, -1);
  init_pair(PAIR_DOWN, COLOR_GREEN, -1);
}

static bool can_move(void) {
  const char *address = tigetstr((char *)"cup");
  return address && address != (const char *)-1;
}

struct error *screen_open(const char *who) {
  const char *term = getenv("TERM");
  if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
    return error_create(ERROR_BAD_INPUT,
                        "%s needs a terminal on standard input and output; `memprof stats --watch` "
                        "prints lines instead",
                        who);
  setlocale(LC_CTYPE, "");
  utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
  screen = newterm(NULL, stdout, stdin);
  if (!screen || !can_move()) {
    screen_close();
    return error_create(ERROR_BAD_INPUT,
                        "%s: a terminal of type '%s' is unknown or cannot move its cursor; set "
                        "TERM, to xterm for one",
                        who, term ? term : "");
  }
  begin_colour();
  cbreak();
  noecho();
  curs_set(0);
  keypad(stdscr, TRUE);
  nodelay(stdscr, TRUE);
  intrflush(stdscr, FALSE);
  set_escdelay(25);
  return NULL;
}

void screen_close(void) {
  if (!screen)
    return;
  endwin();
  delscreen(screen);
  screen = NULL;
}

bool screen_is_open(void) {
  return screen != NULL;
}

void screen_suspend(void) {
  if (screen)
    endwin();
}

void screen_resume(void) {
  if (screen) {
    clearok(curscr, TRUE);
    refresh();
  }
}

/* Asks the kernel for the size. SIGWINCH is no help: in `memprof run` its handler passes it on to
 * the program. */
bool screen_fit(void) {
  struct winsize size;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_row || !size.ws_col ||
      (size.ws_row == LINES && size.ws_col == COLS))
    return false;
  resizeterm(size.ws_row, size.ws_col);
  clearok(curscr, TRUE);
  return true;
}

int screen_rows(void) {
  return LINES;
}

int screen_columns(void) {
  return COLS;
}

bool screen_is_utf8(void) {
  return utf8;
}

int screen_key(void) {
  int key = getch();
  switch (key) {
  case ERR:
    return -1;
  case KEY_BACKSPACE:
    return '\b';
  case KEY_ENTER:
    return '\n';
  }
  return key;
}

void screen_begin(void) {
  erase();
}

static attr_t attributes(enum screen_style style) {
  switch (style) {
  case SCREEN_BOLD:
    return A_BOLD;
  case SCREEN_REVERSE:
    return A_REVERSE;
  case SCREEN_DIM:
    return A_DIM;
  case SCREEN_UP:
    return colour ? (attr_t)COLOR_PAIR(PAIR_UP) : A_BOLD;
  case SCREEN_DOWN:
    return colour ? (attr_t)COLOR_PAIR(PAIR_DOWN) : A_NORMAL;
  case SCREEN_PLAIN:
    break;
  }
  return A_NORMAL;
}

/* Each character of more than a byte as one '?'. */
static void print_ascii(const char *text) {
  for (; *text; text++)
    if (((unsigned char)*text & 0xc0) != 0x80)
      addch((unsigned char)*text < 0x80 ? (chtype)*text : '?');
}

void screen_print(int row, int column, enum screen_style style, const char *text) {
  _cleanup_strbuf_ struct strbuf fitting = STRBUF_INIT;
  if (row < 0 || row >= LINES || column < 0 || column >= COLS)
    return;
  text_cut(&fitting, text, COLS - column);
  if (strbuf_failed(&fitting) || !fitting.data)
    return;
  attrset(attributes(style));
  move(row, column);
  if (utf8)
    addstr(fitting.data);
  else
    print_ascii(fitting.data);
  attrset(A_NORMAL);
}

void screen_show(void) {
  refresh();
}
