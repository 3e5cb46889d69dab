# Golden values for valuemap.drift.power. Run in this folder: Rscript drift_power.R
suppressMessages(library(jsonlite))

# One wording, one order: the comparison is a two-sample t test over repeats.
repeats <- function(n, sd, alpha, power, change) {
  list(n = n, sd = sd, alpha = alpha, power = power, change = change,
       detectable = power.t.test(n = n, sd = sd, sig.level = alpha, power = power, strict = TRUE, tol = 1e-12)$delta,
       found = power.t.test(n = n, delta = change, sd = sd, sig.level = alpha, strict = TRUE)$power)
}

# One scale of one item over k wordings: the comparison is a paired t test of k differences.
wordings <- function(n, sd, alpha, power, change) {
  one <- function(...) power.t.test(n = n, sd = sd, type = "paired", sig.level = alpha, strict = TRUE, tol = 1e-12, ...)
  list(n = n, sd = sd, alpha = alpha, power = power, change = change,
       detectable = one(power = power)$delta, found = one(delta = change)$power)
}

# Two one-sided tests without any change (Phillips 1990), the error's distribution integrated out: TOSTER::power_t_TOST.
stable <- function(n, sd, margin, alpha) {
  df <- 2 * (n - 1); se <- sd * sqrt(2 / n); critical <- qt(1 - alpha, df)
  given <- function(q) {
    s <- sqrt(qchisq(q, df) / df)
    pmax(2 * pnorm(margin / se - critical * s) - 1, 0)
  }
  list(n = n, sd = sd, margin = margin, alpha = alpha,
       probability = integrate(given, 0, 1, rel.tol = 1e-10, subdivisions = 2000)$value)
}

write_json(list(
  repeats = list(
    few = repeats(3, 0.5, 0.05, 0.8, 0.9), some = repeats(10, 0.37, 0.05, 0.8, 0.4),
    many = repeats(50, 1.2, 0.05, 0.9, 0.7), strict = repeats(8, 0.5, 0.05 / 19, 0.8, 0.6)),
  wordings = list(
    two = wordings(2, 0.3, 0.05, 0.8, 2), three = wordings(3, 0.3, 0.05, 0.8, 0.5),
    ten = wordings(10, 0.8, 0.01, 0.95, 1)),
  stable = list(
    few = stable(5, 0.2, 0.2, 0.05), some = stable(20, 0.3, 0.25, 0.05), many = stable(80, 0.5, 0.2, 0.05))
), "drift_power.json", auto_unbox = TRUE, digits = I(17), pretty = TRUE)
