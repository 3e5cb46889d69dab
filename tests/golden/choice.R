# Golden values for valuemap.scoring.choice. Run in this folder: Rscript choice.R
# Exact binomial intervals and tests are binom.test; for a sum of shares that is no whole number, the same quantiles of
# the beta distribution are written out. Kappa is irr's formula for squared weights through psych::cohen.kappa.
suppressMessages({library(jsonlite); library(psych)})

exact <- function(x, n, k) {
  test <- binom.test(x, n, 1 / k)
  list(right = x, items = n, options = k, low = test$conf.int[1], high = test$conf.int[2],
       p = binom.test(x, n, 1 / k, alternative = "greater")$p.value)
}
between <- function(x, n) list(right = x, items = n, low = qbeta(.025, x, n - x + 1), high = qbeta(.975, x + 1, n - x))

first <- c(0, 1, 2, 3, 4, 5, 3, 3, 2, 4, 1, 5)
second <- c(0, 2, 2, 3, 5, 5, 1, 3, 2, 3, 1, 4)
results <- list(
  whole = list(exact(26, 36, 4), exact(9, 36, 4), exact(0, 8, 4), exact(8, 8, 4), exact(13, 24, 4)),
  between = list(between(22.125, 24), between(7.25, 24)),
  kappa = list(first = first, second = second,
               value = cohen.kappa(cbind(first, second), levels = 0:5)$weighted.kappa)
)
write_json(results, "choice.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
