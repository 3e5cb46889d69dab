# Golden values for valuemap.statistics.divergence. Run in this folder: Rscript divergence.R
suppressMessages({library(jsonlite); library(MASS); library(psych)})
RNGversion("4.0.0")
set.seed(31)

profiles <- function(x, y) {
  k <- length(x); r <- cor(x, y)
  s <- function(v) sqrt(sum((v - mean(v))^2))
  list(first = x, second = y, squared = sum((x - y)^2), elevation = k * (mean(x) - mean(y))^2,
       scatter = (s(x) - s(y))^2, shape = 2 * s(x) * s(y) * (1 - r))
}

correlation <- function(x, y, level = 0.95) {
  test <- cor.test(x, y, conf.level = level)
  rho <- cor(x, y, method = "spearman")
  rho_ci <- psych::r.con(rho, length(x), p = level)
  list(first = x, second = y, level = level, r = unname(test$estimate), r_low = test$conf.int[1],
       r_high = test$conf.int[2], rho = rho, rho_low = rho_ci[1], rho_high = rho_ci[2])
}

jsd <- function(p, q) {
  p <- p / sum(p); q <- q / sum(q); m <- (p + q) / 2
  kl <- function(a) sum(ifelse(a > 0, a * log2(a / m), 0))
  (kl(p) + kl(q)) / 2
}

# The area between the two empirical distribution functions.
earth_mover <- function(x, y) {
  at <- sort(c(x, y))
  sum(abs(ecdf(x)(at) - ecdf(y)(at))[-length(at)] * diff(at))
}
# Szekely and Rizzo, by all pairs.
energy <- function(x, y) {
  x <- as.matrix(x); y <- as.matrix(y)
  d <- as.matrix(dist(rbind(x, y))); i <- seq_len(nrow(x)); j <- nrow(x) + seq_len(nrow(y))
  sqrt(2 * mean(d[i, j]) - mean(d[i, i]) - mean(d[j, j]))
}
mean_discrepancy <- function(x, y) {
  x <- as.matrix(x); y <- as.matrix(y)
  d <- dist(rbind(x, y)); bandwidth <- median(d)
  k <- exp(-as.matrix(d)^2 / (2 * bandwidth^2)); i <- seq_len(nrow(x)); j <- nrow(x) + seq_len(nrow(y))
  list(squared = mean(k[i, i]) + mean(k[j, j]) - 2 * mean(k[i, j]), bandwidth = bandwidth)
}

first <- round(rnorm(10, 3.5, 1), 2); second <- round(0.6 * first + rnorm(10, 1.2, 0.7), 2)
people <- matrix(rnorm(200 * 5), 200) %*% matrix(rnorm(25), 5)
centred <- people - rowMeans(people)
x <- rnorm(5); centre <- colMeans(people)
full <- cov(people); singular <- cov(centred)
within <- x - mean(x) - colMeans(centred)
sds <- sqrt(diag(full))

one <- round(rnorm(30, 3, 1), 2); two <- round(rnorm(22, 3.6, 1.4), 2)
cloud_one <- round(matrix(rnorm(60), 20), 2); cloud_two <- round(matrix(rnorm(75, 0.4, 1.3), 25), 2)
ties <- sample(1:6, 40, TRUE); tied <- pmin(6, pmax(1, ties + sample(-2:2, 40, TRUE)))
p <- c(0.1, 0.25, 0.3, 0.2, 0.1, 0.05); q <- c(0, 0.05, 0.1, 0.35, 0.3, 0.2); counts <- c(12, 0, 3, 8, 1, 0)

golden <- list(
  made_by = paste("divergence.R,", R.version.string, "psych", packageVersion("psych"), "MASS",
                  packageVersion("MASS")),
  profiles = list(alike = profiles(first, second), turned = profiles(first, 7 - first)),
  mahalanobis = list(profile = x, mean = centre, covariance = full, correlations = cor(people), sds = sds,
                     squared = mahalanobis(x, centre, full)),
  singular = list(profile = x - mean(x), mean = colMeans(centred), covariance = singular, rank = 4,
                  squared = drop(t(within) %*% MASS::ginv(singular) %*% within)),
  correlations = list(plain = correlation(first, second), ties = correlation(ties, tied, 0.9)),
  jensen_shannon = list(list(p = p, q = q, bits = jsd(p, q)), list(p = p, q = counts, bits = jsd(p, counts))),
  one_scale = list(x = one, y = two, wasserstein = earth_mover(one, two), energy = energy(one, two),
                   mmd = mean_discrepancy(one, two)),
  three_scales = list(x = cloud_one, y = cloud_two, energy = energy(cloud_one, cloud_two),
                      mmd = mean_discrepancy(cloud_one, cloud_two))
)
write_json(golden, "divergence.json", digits = I(17), auto_unbox = TRUE, na = "null", matrix = "rowmajor")
