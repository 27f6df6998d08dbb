# Cronbach's alpha with its interval, and t intervals, from base R alone: Rscript make.R FOLDER
folder <- commandArgs(trailingOnly = TRUE)[1]
write <- function(table, name) write.csv(format(table, digits = 15, trim = TRUE), file.path(folder, name), row.names = FALSE, quote = FALSE)
write(attitude, "attitude.csv")
alpha <- function(x) {
  k <- ncol(x)
  k / (k - 1) * (1 - sum(apply(x, 2, var)) / var(rowSums(x)))
}
limits <- function(a, n, k, level) {
  share <- c((1 + level) / 2, (1 - level) / 2)
  1 - (1 - a) * qf(share, n - 1, (n - 1) * (k - 1))
}
parts <- list(all = names(attitude), first_three = names(attitude)[1:3], two = names(attitude)[c(4, 6)])
rows <- list()
for (name in names(parts)) for (n in c(30, 12, 3)) for (level in c(0.95, 0.8)) {
  x <- attitude[1:n, parts[[name]]]
  a <- alpha(x)
  both <- limits(a, n, ncol(x), level)
  rows[[length(rows) + 1]] <- data.frame(part = name, sheets = n, items = ncol(x), level = level, alpha = a, lower = both[1], upper = both[2])
}
write(do.call(rbind, rows), "alpha.csv")
rows <- list()
for (n in c(7, 8, 12, 13, 30)) {
  test <- t.test(rowMeans(attitude[1:n, ]))
  rows[[length(rows) + 1]] <- data.frame(sheets = n, mean = unname(test$estimate), lower = test$conf.int[1], upper = test$conf.int[2])
}
write(do.call(rbind, rows), "means.csv")
