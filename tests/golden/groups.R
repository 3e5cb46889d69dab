# Golden values for tests/statistics/test_groups.py.
# Run in this folder: Rscript groups.R   (packages MASS, jsonlite). Writes data/groups_scores.csv and groups.json.
suppressPackageStartupMessages({library(MASS); library(jsonlite)})
set.seed(314)
sizes <- c(alpha = 20, beta = 35, gamma = 27)
centres <- rbind(c(0, 0, 0, 0), c(.8, .2, -.4, 0), c(.3, -.7, .5, .2))
mix <- matrix(c(1, .3, .2, 0, 0, 1, .4, .1, 0, 0, 1, .3, 0, 0, 0, 1), 4, byrow = TRUE)
group <- rep(names(sizes), sizes)
scores <- round(matrix(rnorm(sum(sizes) * 4), ncol = 4) %*% mix + centres[match(group, names(sizes)), ], 6)
colnames(scores) <- c("openness", "conservation", "transcendence", "enhancement")
write.csv(data.frame(group = group, scores), "data/groups_scores.csv", row.names = FALSE)

manova_of <- function(x, g) {
  row <- summary(manova(x ~ factor(g)), test = "Pillai")$stats[1, ]
  list(pillai = row[["Pillai"]], f = row[["approx F"]], df1 = row[["num Df"]], df2 = row[["den Df"]], p = row[["Pr(>F)"]])
}
lda_of <- function(x, g) {
  fit <- lda(x, factor(g))
  cv <- lda(x, factor(g), CV = TRUE)
  list(scaling = unname(fit$scaling), proportion = unname(fit$svd^2 / sum(fit$svd^2)), prior = unname(fit$prior),
       accuracy = mean(as.character(predict(fit)$class) == g),
       leave_one_out = mean(as.character(cv$class) == g), predicted = as.character(cv$class))
}
two <- group != "gamma"
golden <- list(versions = list(R = R.version.string, MASS = as.character(packageVersion("MASS"))),
               manova_three = manova_of(scores, group), manova_two = manova_of(scores[two, ], group[two]),
               lda_three = lda_of(scores, group), lda_two = lda_of(scores[two, ], group[two]))
write_json(golden, "groups.json", digits = NA, auto_unbox = TRUE, pretty = TRUE, matrix = "rowmajor")
