# Golden values for valuemap.statistics.agreement. Run in this folder: Rscript agreement.R
# psych::cohen.kappa gives kappa, and the interval of the unweighted one. Its interval of the weighted one is not used:
# psych 2.2.9 sums rowSums(w * rs), row i's own share times its weights, where Fleiss, Cohen and Everitt have the mean
# weight over the other rater's shares. The interval here is the delta method itself, which their formula solves:
# each cell's derivative of kappa by a complex step, and the multinomial variance. Krippendorff's alpha is computed here from its definition by pairs
# of ratings (not from coincidence matrices, as the Python package does).
suppressMessages({library(psych); library(jsonlite)})
RNGversion("4.0.0")
set.seed(41)

kappas <- function(x, y, scale, level = 0.95) {
  k <- length(scale)
  linear <- 1 - abs(outer(seq_len(k), seq_len(k), "-")) / (k - 1)
  quadratic <- 1 - (outer(seq_len(k), seq_len(k), "-") / (k - 1))^2
  observed <- unclass(table(factor(x, scale), factor(y, scale))) / length(x)
  kappa_of <- function(p, w) {
    found <- sum(w * p); chance <- sum(w * outer(rowSums(p), colSums(p)))
    (found - chance) / (1 - chance)
  }
  delta_method <- function(w) {
    gradient <- sapply(seq_along(observed), function(cell) {
      p <- observed + 0i; p[cell] <- p[cell] + 1e-20i; Im(kappa_of(p, w)) / 1e-20
    })
    p <- as.vector(observed)
    half <- qnorm((1 + level) / 2) * sqrt((sum(p * gradient^2) - sum(p * gradient)^2) / length(x))
    value <- kappa_of(observed, w)
    list(value = value, low = value - half, high = value + half)
  }
  fit <- function(w, row) {
    c <- suppressWarnings(psych::cohen.kappa(cbind(x, y), w = w, levels = scale, alpha = 1 - level)$confid[row, ])
    list(value = unname(c["estimate"]), low = unname(c["lower"]), high = unname(c["upper"]))
  }
  list(first = x, second = y, scale = scale, level = level, none = fit(NULL, 1),
       psych_quadratic = fit(NULL, 2)$value, psych_linear = fit(linear, 2)$value,
       none_delta = delta_method(diag(k)), quadratic = delta_method(quadratic), linear = delta_method(linear))
}

krippendorff <- function(ratings, level) {
  units <- lapply(seq_len(nrow(ratings)), function(i) { v <- ratings[i, ]; v[!is.na(v)] })
  units <- units[lengths(units) > 1]
  all <- unlist(units)
  counts <- table(all); points <- as.numeric(names(counts))
  delta <- function(a, b) switch(level,
    nominal = as.numeric(a != b),
    interval = (a - b)^2,
    ratio = if (a + b == 0) 0 else ((a - b) / (a + b))^2,
    ordinal = {
      between <- counts[points >= min(a, b) & points <= max(a, b)]
      if (a == b) 0 else (sum(between) - (counts[points == a] + counts[points == b]) / 2)^2
    })
  over_pairs <- function(v) sum(sapply(seq_along(v), function(i) sum(sapply(v[-i], delta, b = v[i]))))
  n <- length(all)
  observed <- sum(sapply(units, function(v) over_pairs(v) / (length(v) - 1))) / n
  expected <- over_pairs(all) / (n * (n - 1))
  1 - observed / expected
}
alphas <- function(ratings) {
  levels <- c("nominal", "ordinal", "interval", "ratio")
  c(list(ratings = ratings), setNames(lapply(levels, function(l) krippendorff(ratings, l)), levels))
}

truth <- sample(1:6, 60, TRUE)
noisy <- function(sd, lowest, highest) pmin(highest, pmax(lowest, round(truth + rnorm(60, sd = sd))))
x <- noisy(0.8, 1, 6); y <- noisy(1.2, 1, 6)
# Neither rater uses point 3: the weights must still come from the whole scale.
gap_x <- ifelse(x == 3, 2, x); gap_y <- ifelse(y == 3, 5, y)
panel <- cbind(noisy(0.7, 1, 6), noisy(0.9, 1, 6), noisy(1.1, 1, 6))[1:30, ]
panel[sample(length(panel), 14)] <- NA

# Krippendorff (2011), Computing Krippendorff's alpha-reliability, example C: 12 units, 4 observers; published there:
# nominal .743, ordinal .815, interval .849, ratio .797.
published <- rbind(c(1, 2, 3, 3, 2, 1, 4, 1, 2, NA, NA, NA), c(1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NA, 3),
                   c(NA, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NA), c(1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NA))

golden <- list(
  made_by = paste("agreement.R,", R.version.string, "psych", packageVersion("psych")),
  kappa = list(plain = kappas(x, y, 1:6), level90 = kappas(x, y, 1:6, 0.9), gap = kappas(gap_x, gap_y, 1:6)),
  krippendorff = list(published = alphas(t(published)), panel = alphas(panel))
)
write_json(golden, "agreement.json", digits = I(17), auto_unbox = TRUE, na = "null", matrix = "rowmajor")
