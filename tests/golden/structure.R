# Golden values for tests/statistics/test_structure.py.
# Run in this folder: Rscript structure.R   (packages lavaan, psych, GPArotation, vegan, MASS, jsonlite)
# It makes the data with a fixed seed, stores them under data/, and writes structure.json.
suppressPackageStartupMessages({
  library(lavaan); library(psych); library(GPArotation); library(vegan); library(jsonlite)
})
set.seed(20240611)
golden <- list(versions = list(R = R.version.string, lavaan = as.character(packageVersion("lavaan")),
                               psych = as.character(packageVersion("psych")),
                               vegan = as.character(packageVersion("vegan")),
                               MASS = as.character(packageVersion("MASS"))))

# ---- items of three correlated factors, one cross-loading and one doublet, so that the model does not fit perfectly
simulate_items <- function(n, loadings, phi, doublet = 0) {
  factors <- matrix(rnorm(n * ncol(loadings)), n) %*% chol(phi)
  shared <- rnorm(n)
  noise <- matrix(rnorm(n * nrow(loadings)), n)
  noise[, 2] <- noise[, 2] + doublet * shared
  noise[, 3] <- noise[, 3] + doublet * shared
  round(factors %*% t(loadings) + noise * 0.7, 6)
}
L <- matrix(0, 12, 3)
L[1:4, 1] <- c(.8, .7, .6, .5); L[5:8, 2] <- c(.75, .65, .6, .8); L[9:12, 3] <- c(.6, .7, .8, .55)
L[4, 2] <- .25
phi <- matrix(c(1, .4, .1, .4, 1, -.3, .1, -.3, 1), 3)
items <- as.data.frame(simulate_items(240, L, phi, doublet = .5))
names(items) <- paste0("i", 1:12)
write.csv(items, "data/structure_items.csv", row.names = FALSE)

fit_of <- function(model, data) {
  fit <- cfa(model, data)
  m <- fitMeasures(fit, c("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr", "npar"))
  std <- standardizedSolution(fit)
  loads <- std[std$op == "=~", ]
  phis <- std[std$op == "~~" & std$lhs %in% loads$lhs & std$rhs %in% loads$lhs & std$lhs != std$rhs, ]
  list(chi2 = m[["chisq"]], df = m[["df"]], p = m[["pvalue"]], cfi = m[["cfi"]], tli = m[["tli"]],
       rmsea = m[["rmsea"]], rmsea_low = m[["rmsea.ci.lower"]], rmsea_high = m[["rmsea.ci.upper"]],
       srmr = m[["srmr"]], parameters = m[["npar"]], n = nobs(fit),
       loadings = data.frame(factor = loads$lhs, item = loads$rhs, loading = loads$est.std),
       factor_correlations = data.frame(a = phis$lhs, b = phis$rhs, r = phis$est.std))
}
three <- "A =~ i1 + i2 + i3 + i4\n B =~ i5 + i6 + i7 + i8\n C =~ i9 + i10 + i11 + i12"
golden$cfa_three <- fit_of(three, items)
# the first 40 rows only: here N and N - 1 in the RMSEA differ by more than the tolerance
golden$cfa_small <- fit_of("G =~ i1 + i2 + i3 + i4 + i5 + i6 + i9 + i10", items[1:40, ])
golden$cfa_one_factor <- fit_of("G =~ i1 + i2 + i3 + i4 + i5 + i6", items)
golden$cfa_saturated <- fit_of("A =~ i1 + i2 + i3", items)

# a true model whose chi2 is below its df: CFI is clamped at 1 (TLI is not)
for (seed in 1:200) {
  set.seed(seed)
  L2 <- matrix(0, 6, 2); L2[1:3, 1] <- c(.8, .7, .6); L2[4:6, 2] <- c(.7, .8, .6)
  good <- as.data.frame(simulate_items(120, L2, matrix(c(1, .3, .3, 1), 2)))
  names(good) <- paste0("g", 1:6)
  fit <- cfa("A =~ g1 + g2 + g3\n B =~ g4 + g5 + g6", good)
  if (fitMeasures(fit, "chisq") < fitMeasures(fit, "df") - 2) break
}
write.csv(good, "data/structure_good.csv", row.names = FALSE)
golden$cfa_good <- fit_of("A =~ g1 + g2 + g3\n B =~ g4 + g5 + g6", good)

# ---- exploratory factors
efa_of <- function(rotation) {
  f <- fa(items, 3, fm = "minres", rotate = rotation)
  list(loadings = unclass(f$loadings), phi = if (is.null(f$Phi)) diag(3) else f$Phi,
       communalities = unname(f$communality))
}
golden$efa <- list(oblimin = efa_of("oblimin"), varimax = efa_of("varimax"), none = efa_of("none"))
# nine items whose factors change places when sorted by variance after the rotation
nine <- c("i1", "i2", "i5", "i6", "i7", "i9", "i10", "i11", "i12")
resorted <- fa(items[, nine], 3, fm = "minres", rotate = "oblimin")
golden$efa$resorted <- list(items = nine, loadings = unclass(resorted$loadings), phi = resorted$Phi)
one <- fa(items[, 1:4], 1, fm = "minres")
golden$efa$one <- list(loadings = unclass(one$loadings), communalities = unname(one$communality))
k <- KMO(items)
golden$kmo <- list(overall = k$MSA, items = unname(k$MSAi))
b <- cortest.bartlett(cor(items), n = nrow(items))
golden$bartlett <- list(chi2 = b$chisq, df = b$df, p = b$p.value)
b4 <- cortest.bartlett(cor(items[1:25, 9:12]), n = 25)
golden$bartlett_small <- list(chi2 = b4$chisq, df = b4$df, p = b4$p.value)
set.seed(7)
random <- t(replicate(2000, eigen(cor(matrix(rnorm(240 * 12), 240)), only.values = TRUE)$values))
golden$parallel <- list(observed = eigen(cor(items), only.values = TRUE)$values,
                        mean = colMeans(random), q95 = apply(random, 2, quantile, .95),
                        components = suppressWarnings(fa.parallel(items, fa = "pc", plot = FALSE, n.iter = 200)$ncomp))

# ---- ten values on a circle
set.seed(99)
angles <- (0:9) * 36
theta <- angles * pi / 180
true_theta <- theta + rnorm(10, 0, .25)
scores <- matrix(rnorm(80 * 2), 80) %*% rbind(cos(true_theta), sin(true_theta)) + matrix(rnorm(800, 0, 1), 80)
colnames(scores) <- c("SD", "ST", "HE", "AC", "PO", "SE", "CO", "TR", "BE", "UN")
delta <- round(sqrt(1 - cor(scores)), 8)
start <- cbind(cos(theta), sin(theta))
golden$circle <- list(angles = angles, dissimilarities = unname(delta), start = start)

# ratio MDS, oracle 1: the SMACOF majorisation written out; oracle 2: stats::optim on the normalised stress
stress1_ratio <- function(x) {
  d <- as.vector(dist(x)); e <- as.vector(as.dist(delta))
  sqrt(1 - sum(e * d)^2 / (sum(e^2) * sum(d^2)))
}
majorise <- function(x, steps = 20000) {
  n <- nrow(x)
  for (i in seq_len(steps)) {
    d <- as.matrix(dist(x)); b <- -delta / d; diag(b) <- 0; diag(b) <- -rowSums(b); x <- b %*% x / n
  }
  x
}
smacof <- majorise(start)
optimum <- optim(as.vector(start), function(v) stress1_ratio(matrix(v, 10)), method = "BFGS",
                 control = list(maxit = 5000, reltol = 1e-14))
golden$mds_ratio <- list(stress_majorised = stress1_ratio(smacof), stress_optim = optimum$value,
                         distances = as.vector(dist(smacof)) / sqrt(sum(dist(smacof)^2)))
# ordinal MDS, two oracles with the same start
mono <- monoMDS(as.dist(delta), y = start, k = 2, model = "global", maxit = 5000, smin = 1e-9, sfgrmin = 1e-9, sratmax = .99999999)
iso <- MASS::isoMDS(as.dist(delta), y = start, k = 2, trace = FALSE, tol = 1e-9, maxit = 5000)
golden$mds_ordinal <- list(stress_monoMDS = mono$stress, stress_isoMDS = iso$stress / 100,
                           distances = as.vector(dist(mono$points)) / sqrt(sum(dist(mono$points)^2)))

# ---- Procrustes, congruence, the circle
p <- procrustes(start, smacof, scale = TRUE, symmetric = FALSE)
s <- procrustes(start, smacof, scale = TRUE, symmetric = TRUE)
golden$procrustes <- list(configuration = smacof, target = start, rotation = p$rotation, scale = p$scale,
                          fitted = unname(fitted(p)), sum_of_squares = p$ss, residual = s$ss)
set.seed(1)
test <- protest(start, smacof, permutations = 9999)
golden$protest <- list(congruence = test$t0, p = test$signif)
x <- c(.7, .6, -.2, .4, .1); y <- c(.5, .7, -.1, .3, -.2)
golden$tucker <- list(x = x, y = y, phi = drop(factor.congruence(matrix(x), matrix(y), digits = 15)))

# ---- structural summary: least squares on the cosine and sine of the angles
summary_of <- function(profile, angles) {
  m <- lm(profile ~ cos(angles * pi / 180) + sin(angles * pi / 180))
  b <- unname(coef(m))
  list(profile = profile, angles = angles, elevation = b[1], amplitude = sqrt(b[2]^2 + b[3]^2),
       displacement = (atan2(b[3], b[2]) * 180 / pi) %% 360, r2 = summary(m)$r.squared)
}
set.seed(5)
golden$sinusoid_equal <- summary_of(round(rnorm(10), 4), angles)
golden$sinusoid_octants <- summary_of(c(.374, -.572, .520, .016, .688, 1.142, .578, .678), c(90, 135, 180, 225, 270, 315, 360, 45))
golden$sinusoid_unequal <- summary_of(round(rnorm(9), 4), c(0, 20, 65, 110, 170, 200, 255, 300, 340))

write_json(golden, "structure.json", digits = NA, auto_unbox = TRUE, pretty = TRUE, matrix = "rowmajor")
