# Golden values for valuemap.statistics.reliability. Run in this folder: Rscript reliability.R
# The data are made here from a fixed seed and stored in the JSON beside the values.
suppressMessages({library(psych); library(GPArotation); library(jsonlite)})
RNGversion("4.0.0")

# A general factor with three (or more) group factors, rounded to a scale of 1 to 6.
likert <- function(seed, n, items, general = 0.6, group = 0.5, factors = 3) {
  set.seed(seed)
  g <- rnorm(n)
  groups <- matrix(rnorm(n * factors), n)
  x <- sapply(seq_len(items), function(i) {
    general * g + group * groups[, (i - 1) %% factors + 1] + rnorm(n, sd = 0.5 + 0.05 * i)
  })
  colnames(x) <- paste0("i", seq_len(items))
  pmin(pmax(round(3.5 + 1.2 * x), 1), 6)
}

# All splits into halves (of odd numbers: into (k-1)/2 and (k+1)/2 items). psych::splitHalf does the same for even
# numbers; for odd ones it stops after half of the list of splits, so here each split is computed from its formula.
all_splits <- function(x) {
  r <- cor(x); k <- ncol(x); m <- k %/% 2
  choices <- combn(k, m, simplify = FALSE)
  if (k %% 2 == 0) choices <- choices[sapply(choices, function(a) 1 %in% a)]
  values <- sapply(choices, function(a) 4 * sum(r[a, setdiff(seq_len(k), a)]) / sum(r))
  list(maximum = max(values), minimum = min(values), mean = mean(values), splits = length(values))
}

describe <- function(x) {
  a <- suppressWarnings(psych::alpha(x, warnings = FALSE))
  ci <- psych::alpha.ci(a$total$raw_alpha, n.obs = nrow(x), n.var = ncol(x))
  list(
    items = x,
    alpha = a$total$raw_alpha, alpha_low = unname(ci$lower.ci), alpha_high = unname(ci$upper.ci),
    standardised_alpha = a$total$std.alpha, mean_inter_item_correlation = a$total$average_r,
    guttman_lambda6 = a$total$`G6(smc)`,
    item_mean = a$item.stats$mean, item_sd = a$item.stats$sd, item_total_r = a$item.stats$r.drop,
    alpha_if_dropped = a$alpha.drop$raw_alpha, split_half = all_splits(x)
  )
}

with_psych_splits <- function(entry) {
  s <- psych::splitHalf(entry$items, check.keys = FALSE)
  entry$psych_split_half <- list(maximum = s$maxrb, minimum = s$minrb, mean = s$meanr)
  entry
}

omegas <- function(x, factors) {
  o <- suppressWarnings(suppressMessages(psych::omega(x, nfactors = factors, flip = FALSE, plot = FALSE)))
  list(factors = factors, total = o$omega.tot, hierarchical = o$omega_h,
       general_loadings = unname(o$schmid$sl[, "g"]))
}

six <- likert(11, 150, 6)
nine <- likert(12, 400, 9)
twelve <- likert(13, 600, 12, general = 0.5, group = 0.7)
five <- likert(14, 90, 5)
three <- likert(15, 80, 3)
two <- likert(16, 60, 2)
# Two items a factor, one at the bound of its uniqueness: FactorAnalyzer alone stops 2e-3 short of psych here.
pairs <- likert(24, 900, 6)
fourfold <- likert(25, 1500, 12, general = 0.5, group = 0.8, factors = 4)

holes <- six
set.seed(17)
holes[sample(length(holes), 12)] <- NA
constant <- cbind(five, i6 = 4)
reversed <- five
reversed[, 2] <- 7 - reversed[, 2]

icc_values <- function(x) {
  r <- psych::ICC(x, lmer = FALSE)$results
  forms <- setNames(lapply(seq_len(6), function(i) {
    list(value = r$ICC[i], low = r$`lower bound`[i], high = r$`upper bound`[i])
  }), r$type)
  list(ratings = as.matrix(x), forms = forms)
}
# Shrout & Fleiss (1979), Psychological Bulletin 86, 420-428, table 2 (psych's own example): 6 targets, 4 judges.
shrout_fleiss <- matrix(c(9, 2, 5, 8, 6, 1, 3, 2, 8, 4, 6, 8, 7, 1, 2, 6, 10, 5, 6, 9, 6, 2, 4, 7),
                        ncol = 4, byrow = TRUE)
set.seed(18)
judged <- outer(rnorm(25, sd = 1.5), c(0, 0.4, -0.2, 0.9, 0.1), "+") + matrix(rnorm(125), 25)

golden <- list(
  made_by = paste("reliability.R,", R.version.string, "psych", packageVersion("psych"),
                  "GPArotation", packageVersion("GPArotation")),
  six = with_psych_splits(describe(six)), twelve = with_psych_splits(describe(twelve)),
  five = describe(five), three = describe(three), two = describe(two), reversed = describe(reversed),
  holes = list(items = holes, complete = describe(na.omit(holes))),
  constant = list(items = constant, without = describe(five)),
  omega = list(pairs_3 = omegas(pairs, 3), nine_3 = omegas(nine, 3), twelve_3 = omegas(twelve, 3),
               fourfold_4 = omegas(fourfold, 4), nine_1 = omegas(nine, 1), five_1 = omegas(five, 1),
               three_1 = omegas(three, 1)),
  nine = list(items = nine), pairs = list(items = pairs), fourfold = list(items = fourfold),
  icc = list(shrout_fleiss = icc_values(shrout_fleiss), judged = icc_values(judged))
)
write_json(golden, "reliability.json", digits = I(17), auto_unbox = TRUE, na = "null", matrix = "rowmajor")
