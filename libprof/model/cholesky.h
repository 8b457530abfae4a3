/* Systems of linear equations of a small covariance matrix, by Cholesky's decomposition.
 *
 * A covariance matrix is symmetric and has no negative eigenvalue, but some of its rows may follow
 * from others: such a row is left out, and its element of a solution is 0. */
#pragma once

#include <stdbool.h>

enum { CHOLESKY_MOST = 16 };

struct cholesky {
  int n;
  double l[CHOLESKY_MOST][CHOLESKY_MOST]; /* lower triangle: L L' is the matrix */
  bool left_out[CHOLESKY_MOST];
};

/* Decomposes the n x n matrix a, of which the lower triangle is read; n <= CHOLESKY_MOST. */
void cholesky_init(struct cholesky *ret, int n, double a[][CHOLESKY_MOST]);

/* x of A x = b; x and b may be the same. */
void cholesky_solve(const struct cholesky *c, const double *b, double *x);

/* b' A^-1 b. Never negative. */
double cholesky_form(const struct cholesky *c, const double *b);
