# Golden values for tests/statistics/test_generalizability.py.
# Run in this folder: Rscript generalizability.R   (packages lme4, jsonlite).
# Writes data/generalizability_*.csv and generalizability.json. Balanced data without a negative component: REML and the
# analysis-of-variance estimators are the same.
suppressPackageStartupMessages({library(lme4); library(jsonlite)})
strict <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5), calc.derivs = FALSE,
                      check.conv.singular = "ignore")
components <- function(fit) {
  v <- as.data.frame(VarCorr(fit))
  as.list(setNames(v$vcov, v$grp))
}
add <- function(f, sd) rnorm(nlevels(f), 0, sd)[as.integer(f)]
draw <- function(design) {
  for (n in names(design)) design[[n]] <- factor(design[[n]])
  design
}

# ---- items x wordings x option orders, four repeats in a cell
full <- "score ~ (1|item) + (1|wording) + (1|order) + (1|item:wording) + (1|item:order) + (1|wording:order) + (1|item:wording:order)"
for (seed in 1:300) {
  set.seed(seed)
  three <- draw(expand.grid(repeat_ = 1:4, order = 1:4, wording = 1:5, item = 1:12))
  three$score <- 3.5 + add(three$item, 1) + add(three$wording, .5) + add(three$order, .4) +
    add(interaction(three$item, three$wording), .5) + add(interaction(three$item, three$order), .4) +
    add(interaction(three$wording, three$order), .3) + add(interaction(three$item, three$wording, three$order), .4) +
    rnorm(nrow(three), 0, .6)
  three$score <- round(three$score, 5)
  fit <- lmer(as.formula(full), three, control = strict)
  if (min(unlist(components(fit))) > .005) break
}
names(three)[1] <- "repeat"
write.csv(three, "data/generalizability_three.csv", row.names = FALSE)
golden <- list(versions = list(R = R.version.string, lme4 = as.character(packageVersion("lme4"))),
               three = list(seed = seed, components = components(fit)))

# ---- the same data with option order fixed: its main effect is a constant, its interactions stay random
fixed <- lmer(score ~ order + (1|item) + (1|wording) + (1|item:wording) + (1|item:order) + (1|wording:order) +
                (1|item:wording:order), three, control = strict)
golden$fixed <- list(components = components(fixed))

# ---- persons x items without repeats: the interaction and the error cannot be told apart
set.seed(11)
two <- draw(expand.grid(item = 1:8, person = 1:30))
two$score <- round(add(two$person, 1) + add(two$item, .6) + rnorm(nrow(two)), 5)
write.csv(two, "data/generalizability_two.csv", row.names = FALSE)
fit2 <- lmer(score ~ (1|person) + (1|item), two, control = strict)
v <- components(fit2)
a <- anova(lm(score ~ person + item, two))
ms <- setNames(a$`Mean Sq`, rownames(a)); df <- setNames(a$Df, rownames(a))
# Feldt's interval of E rho^2 (= alpha): 1 - rho^2 = MS_residual / MS_person, F-distributed
rho <- 1 - ms[["Residuals"]] / ms[["person"]]
golden$two <- list(components = v, mean_squares = as.list(ms), df = as.list(df),
  relative = rho, low = 1 - (1 - rho) * qf(.975, df[["person"]], df[["Residuals"]]),
  high = 1 - (1 - rho) * qf(.025, df[["person"]], df[["Residuals"]]),
  absolute = v$person / (v$person + (v$item + v$Residual) / 8),
  residual_low = df[["Residuals"]] * ms[["Residuals"]] / qchisq(.975, df[["Residuals"]]),
  residual_high = df[["Residuals"]] * ms[["Residuals"]] / qchisq(.025, df[["Residuals"]]),
  se_relative = sqrt(v$Residual / 8), se_absolute = sqrt((v$item + v$Residual) / 8))

# ---- unequal repeats: mean squares of the cell means from lm, residual within cells
keep <- setdiff(seq_len(nrow(three)), c(1, 2, 7, 40, 41, 133, 600))
uneven <- three[keep, ]
cells <- aggregate(score ~ item + wording + order, uneven, mean)
am <- anova(lm(score ~ (item + wording + order)^2, cells))
within <- anova(lm(score ~ interaction(item, wording, order), uneven))["Residuals", ]
golden$uneven <- list(dropped = setdiff(seq_len(nrow(three)), keep), cell_mean_squares = as.list(setNames(am$`Mean Sq`, rownames(am))),
  within = within[["Mean Sq"]], within_df = within[["Df"]],
  harmonic = 1 / mean(1 / aggregate(score ~ item + wording + order, uneven, length)$score))

# ---- four facets, one repeat
set.seed(21)
four <- draw(expand.grid(framing = 1:3, order = 1:3, wording = 1:3, item = 1:10))
four$score <- round(add(four$item, 1) + add(four$wording, .7) + add(four$order, .5) + add(four$framing, .6) +
  add(interaction(four$item, four$wording), .6) + add(interaction(four$item, four$framing), .5) +
  add(interaction(four$item, four$order), .5) + rnorm(nrow(four), 0, .5), 5)
write.csv(four, "data/generalizability_four.csv", row.names = FALSE)
a4 <- anova(lm(score ~ (item + wording + order + framing)^3, four))
golden$four <- list(mean_squares = as.list(setNames(a4$`Mean Sq`, rownames(a4))), df = as.list(setNames(a4$Df, rownames(a4))))

write_json(golden, "generalizability.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
