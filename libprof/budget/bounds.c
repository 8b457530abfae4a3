#include "budget/bounds.h"

#include <math.h>

double bound_sampling(struct uncertainty uncertainty, double alpha) {
  double length = log(1 / alpha), third = length * uncertainty.weight / 3;
  double sampled = third + sqrt(third * third + 2 * length * uncertainty.variance);
  return hypot(sampled, length * uncertainty.unseen);
}

/* P(T > t), by integrating the density's tail in u = atan(t / sqrt(n)): the integral of cos^(n-1)
 * from u to pi/2, over that from -pi/2. Simpson's rule; smooth, so that 2000 steps give 9 digits.
 */
static double integral(double from, double to, int freedom) {
  enum { STEPS = 2000 };
  double width = (to - from) / STEPS, sum = 0;
  for (int i = 0; i <= STEPS; i++) {
    double weight = i == 0 || i == STEPS ? 1 : i % 2 ? 4 : 2;
    sum += weight * pow(cos(from + i * width), freedom - 1);
  }
  return sum * width / 3;
}

double bound_student(double alpha, int freedom) {
  double low = 0, high = M_PI_2, whole = 2 * integral(0, M_PI_2, freedom);
  for (int i = 0; i < 60; i++) {
    double middle = (low + high) / 2;
    if (integral(middle, M_PI_2, freedom) / whole > alpha)
      low = middle;
    else
      high = middle;
  }
  return sqrt(freedom) * tan(low);
}
