# Golden values for valuemap.compare. Run in this folder: Rscript compare.R
# The difference from a norm is written out here in R's own lgamma, pt and qt; places and chance are pnorm and binom.test.
suppressMessages(library(jsonlite))

J <- function(v) exp(lgamma(v / 2) - lgamma((v - 1) / 2)) / sqrt(v / 2)

difference <- function(mean, se, freedom, norm, sd, n, margin, quartiles = FALSE) {
  v <- if (quartiles) n / (2 * 0.25 / (dnorm(0.6745) * 1.349)^2) else n - 1
  d <- J(v) * (mean - norm) / sd
  model <- (J(v) * se / sd)^2
  people <- J(v)^2 * (if (quartiles) pi / 2 else 1) / n + d^2 / (2 * v)
  df <- (model + people)^2 / (model^2 / freedom + people^2 / v)
  e <- sqrt(model + people)
  list(mean = mean, se = se, freedom = freedom, norm = norm, sd = sd, n = n, margin = margin, quartiles = quartiles,
       d = d, df = df, low = d - qt(.975, df) * e, high = d + qt(.975, df) * e,
       low90 = d - qt(.95, df) * e, high90 = d + qt(.95, df) * e, p = 2 * pt(-abs(d) / e, df),
       p_equivalence = max(pt((d - margin) / e, df), pt(-(d + margin) / e, df)))
}

results <- list(
  differences = list(
    far = difference(1.1, 0.12, 9, 0.4, 0.8, 2329, 0.2),
    near = difference(-0.31, 0.03, 22.5, -0.33, 0.7, 1255, 0.2),
    small_norm = difference(0.2, 0.10, 4, 0.5, 0.3, 12, 0.3),
    quartiles = difference(0.45, 0.074, 17, 0.582, 0.2283, 49, 0.2, TRUE)
  ),
  adjusted = list(p = c(0.001, 0.2, 0.012, 0.03, 0.9), bh = p.adjust(c(0.001, 0.2, 0.012, 0.03, 0.9), "BH")),
  leas = list(z = (c(85, 98) - 58.94) / 9.16, percentile = 100 * pnorm((c(85, 98) - 58.94) / 9.16)),
  chance = list(correct = c(10, 26, 27),
                p = sapply(c(10, 26, 27), function(k) binom.test(k, 36, 1 / 4, alternative = "greater")$p.value))
)
write_json(results, "compare.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
