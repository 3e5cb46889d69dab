# Golden values for valuemap.statistics.effects. Run in this folder: Rscript effects.R
# effectsize and TOSTER are written out here in R's own pt, uniroot and t.test, whose results they give.
suppressMessages(library(jsonlite))
RNGversion("4.0.0")

# effectsize::cohens_d(x, y, pooled_sd = TRUE) and hedges_g: noncentral-t interval, exact gamma factor.
standardised <- function(x, y, level = 0.95) {
  n <- length(x); m <- length(y); df <- n + m - 2
  pooled <- sqrt(((n - 1) * var(x) + (m - 1) * var(y)) / df)
  h <- sqrt(1 / n + 1 / m)
  d <- (mean(x) - mean(y)) / pooled
  t <- d / h
  end <- function(p) uniroot(function(ncp) suppressWarnings(pt(t, df, ncp)) - p, c(t - 20, t + 20), tol = 1e-13)$root
  low <- end(1 - (1 - level) / 2) * h; high <- end((1 - level) / 2) * h
  J <- exp(lgamma(df / 2) - lgamma((df - 1) / 2)) / sqrt(df / 2)
  list(x = x, y = y, level = level, d = d, d_low = low, d_high = high,
       g = J * d, g_low = J * low, g_high = J * high, df = df)
}

# TOSTER::t_TOST(x, y, eqb = bound): Welch by default.
two_one_sided <- function(x, y, bound, alpha = 0.05) {
  lower <- t.test(x, y, mu = -bound, alternative = "greater")
  upper <- t.test(x, y, mu = bound, alternative = "less")
  ci <- t.test(x, y, conf.level = 1 - 2 * alpha)$conf.int
  list(x = x, y = y, bound = bound, alpha = alpha, difference = mean(x) - mean(y), low = ci[1], high = ci[2],
       df = unname(lower$parameter), p_lower = lower$p.value, p_upper = upper$p.value)
}
one_sample <- function(x, mean, bound, alpha = 0.05) {
  lower <- t.test(x, mu = mean - bound, alternative = "greater")
  upper <- t.test(x, mu = mean + bound, alternative = "less")
  ci <- t.test(x, conf.level = 1 - 2 * alpha)$conf.int - mean
  list(x = x, mean = mean, bound = bound, alpha = alpha, difference = base::mean(x) - mean, low = ci[1],
       high = ci[2], df = unname(lower$parameter), p_lower = lower$p.value, p_upper = upper$p.value)
}
against_norm <- function(x, mean, sd) {
  ci <- (t.test(x)$conf.int - mean) / sd
  list(x = x, mean = mean, sd = sd, value = (base::mean(x) - mean) / sd, low = ci[1], high = ci[2])
}

set.seed(21)
a <- round(rnorm(18, 3.4, 1.1), 2); b <- round(rnorm(25, 2.9, 0.8), 2); near <- round(rnorm(60, 3.0, 0.9), 2)
close <- round(rnorm(55, 3.05, 0.9), 2); far <- round(rnorm(8, 9, 1), 2); few <- round(rnorm(6, 5, 1), 2)
p <- round(c(runif(6)^3, 0.04, 0.04, 1, 0), 6)

golden <- list(
  made_by = paste("effects.R,", R.version.string),
  standardised = list(moderate = standardised(a, b), level90 = standardised(a, b, 0.90), small = standardised(near, close),
                      large = standardised(far, few)),
  tost = list(near = two_one_sided(near, close, 0.5), apart = two_one_sided(a, b, 0.3, 0.01)),
  tost_one_sample = list(near = one_sample(near, 3.1, 0.4), apart = one_sample(a, 2.5, 0.2, 0.025)),
  norm = list(low = against_norm(a, 3.0, 0.9), far = against_norm(far, 4.2, 1.3)),
  adjust = list(p = p, adjusted = p.adjust(p, "BH")),
  adjust_missing = list(p = c(p[1:3], NA, p[4:10], NA), adjusted = p.adjust(c(p[1:3], NA, p[4:10], NA), "BH"))
)
write_json(golden, "effects.json", digits = I(17), auto_unbox = TRUE, na = "null")
