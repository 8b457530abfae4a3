#include "model/cholesky.h"

#include <math.h>

/* A row whose variance is within the rest of double's digits of what other rows explain. */
#define DEPENDENT 1e-9

void cholesky_init(struct cholesky *ret, int n, double a[][CHOLESKY_MOST]) {
  *ret = (struct cholesky){.n = n};
  for (int i = 0; i < n; i++) {
    double rest = a[i][i];
    for (int j = 0; j < i; j++) {
      double sum = a[i][j];
      for (int k = 0; k < j; k++)
        sum -= ret->l[i][k] * ret->l[j][k];
      ret->l[i][j] = ret->left_out[j] ? 0 : sum / ret->l[j][j];
      rest -= ret->l[i][j] * ret->l[i][j];
    }
    ret->left_out[i] = !(rest > DEPENDENT * a[i][i]);
    ret->l[i][i] = ret->left_out[i] ? 0 : sqrt(rest);
  }
}

/* y of L y = b. */
static void solve_lower(const struct cholesky *c, const double *b, double *y) {
  for (int i = 0; i < c->n; i++) {
    double sum = b[i];
    for (int k = 0; k < i; k++)
      sum -= c->l[i][k] * y[k];
    y[i] = c->left_out[i] ? 0 : sum / c->l[i][i];
  }
}

void cholesky_solve(const struct cholesky *c, const double *b, double *x) {
  solve_lower(c, b, x);
  for (int i = c->n; i-- > 0;) {
    double sum = x[i];
    for (int k = i + 1; k < c->n; k++)
      sum -= c->l[k][i] * x[k];
    x[i] = c->left_out[i] ? 0 : sum / c->l[i][i];
  }
}

double cholesky_form(const struct cholesky *c, const double *b) {
  double y[CHOLESKY_MOST], sum = 0;
  solve_lower(c, b, y);
  for (int i = 0; i < c->n; i++)
    sum += y[i] * y[i];
  return sum;
}
