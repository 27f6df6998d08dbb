# Golden numbers for tests/test_estimates.py. Run: Rscript make.R [folder], base R and the survival package only.
suppressPackageStartupMessages(library(survival))
folder <- commandArgs(trailingOnly = TRUE)
folder <- if (length(folder)) folder[1] else "."
RNGkind("Mersenne-Twister", "Inversion", "Rejection")

write_golden <- function(table, name) {
  exact <- lapply(table, function(x) if (is.double(x)) sprintf("%.17g", x) else x)
  write.csv(as.data.frame(exact), file.path(folder, name), row.names = FALSE, quote = FALSE)
}

# ---- intervals -------------------------------------------------------------------------------------------------
grid <- expand.grid(denominator = c(1, 2, 7, 30, 120, 4500), tenth = 0:10, level = c(0.8, 0.95, 0.998))
grid$numerator <- round(grid$denominator * grid$tenth / 10)
grid <- unique(grid[c("numerator", "denominator", "level")])
limits <- mapply(function(x, n, level) suppressWarnings(prop.test(x, n, conf.level = level, correct = FALSE))$conf.int,
                 grid$numerator, grid$denominator, grid$level)
write_golden(cbind(grid, lower = limits[1, ], upper = limits[2, ]), "wilson.csv")

grid <- expand.grid(count = c(0:12, 25, 99, 1000, 20000), level = c(0.8, 0.95, 0.998))
limits <- mapply(function(x, level) poisson.test(x, conf.level = level)$conf.int, grid$count, grid$level)
z <- qnorm(1 - (1 - grid$level) / 2)
byar_lower <- with(grid, count * (1 - 1 / (9 * count) - z / (3 * sqrt(count)))^3)
byar_upper <- with(grid, (count + 1) * (1 - 1 / (9 * (count + 1)) + z / (3 * sqrt(count + 1)))^3)
write_golden(cbind(grid, lower = limits[1, ], upper = limits[2, ], byar_lower, byar_upper), "poisson.csv")

grid <- expand.grid(mean = c(0.02, 0.4, 1, 3.7, 12, 61.5, 900, 25000),
                    ratio = c(0.5, 1, 1 + 1e-7, 1.01, 1.6, 4, 30), level = c(0.8, 0.95, 0.998))
grid$variance <- grid$mean * grid$ratio
quantile_of <- function(p) with(grid, ifelse(ratio <= 1, qpois(p, mean),
                                              qnbinom(p, size = mean / pmax(ratio - 1, 1e-9), mu = mean)))
tail <- (1 - grid$level) / 2
write_golden(cbind(grid[c("mean", "variance", "level")], lower = quantile_of(tail), upper = quantile_of(1 - tail)),
             "negative_binomial.csv")

# ---- children: days in care, cause (-1 still in care when last seen), first day at risk --------------------------
children <- function(case, days, cause, entry = 0)
  data.frame(case, entry = as.integer(entry), days = as.integer(days), cause = as.integer(cause))

set.seed(20261122)
n <- 400
exit_day <- floor(rexp(n, 1 / 30))
seen_day <- floor(runif(n, 0, 60))
kind <- sample(0:2, n, TRUE, c(0.6, 0.3, 0.1))
ties <- children("ties", pmin(exit_day, seen_day), ifelse(exit_day <= seen_day, kind, -1))

n <- 120
complete <- children("complete", floor(rexp(n, 1 / 12)), sample(0:1, n, TRUE))

late <- ties[ties$days >= 8, ]
late$case <- "start_8"
late$entry <- 8L

n <- 500
first <- floor(runif(n, 0, 40)) * rbinom(n, 1, 0.8)
last <- first + floor(rexp(n, 1 / 15))
delayed <- children("delayed", last, sample(-1:2, n, TRUE, c(0.25, 0.4, 0.25, 0.1)), first)

emptied <- children("emptied", c(0, 1, 1, 4, 9, 9, 12), c(0, 0, 1, 0, 1, -1, 0), c(0, 0, 0, 3, 3, 6, 6))

small <- children("small", c(0, 0, 3, 3, 3, 5, 5, 8, 9, 9), c(0, -1, 0, 0, 1, -1, 1, 0, -1, -1))

mgus2 <- survival::mgus2  # months to plasma cell malignancy (0) or death before it (1)
plasma <- with(mgus2, children("mgus2", ifelse(pstat == 1, ptime, futime), ifelse(pstat == 1, 0, ifelse(death == 1, 1, -1))))

everyone <- rbind(ties, complete, late, delayed, emptied, small, plasma)
write_golden(everyone, "children.csv")

# ---- cumulative incidence --------------------------------------------------------------------------------------
# survfit refuses an exit at time 0 and an empty interval, so the whole clock runs half a day late: a child at risk
# from the start of day `entry` to the end of day `days` is (entry, days + 0.5], and day t is read at t + 0.5.
incidence <- function(rows, causes = sort(unique(rows$cause[rows$cause >= 0])), name = rows$case[1]) {
  state <- factor(ifelse(rows$cause %in% causes, rows$cause, ifelse(rows$cause < 0, -1, 99)), levels = c(-1, causes, 99))
  state <- droplevels(state)
  if (!"-1" %in% levels(state)) state <- factor(state, levels = c("-1", levels(state)))
  rows$child <- seq_len(nrow(rows))
  fit <- survfit(Surv(entry, days + 0.5, state) ~ 1, data = rows, id = child, conf.type = "log-log")
  days <- seq(0, max(rows$days), by = if (max(rows$days) > 200) 12 else 1)
  at <- summary(fit, times = days + 0.5, extend = TRUE)
  shown <- match(c("(s0)", as.character(causes)), fit$states)
  do.call(rbind, lapply(seq_along(shown), function(k) data.frame(
    case = name, cause = as.integer(c(-1, causes)[k]), day = as.integer(days),
    share = at$pstate[, shown[k]], standard_error = at$std.err[, shown[k]],
    lower = at$lower[, shown[k]], upper = at$upper[, shown[k]])))
}

curves <- do.call(rbind, lapply(split(everyone, factor(everyone$case, unique(everyone$case))), incidence))
union <- ties
union$cause <- ifelse(union$cause %in% c(0, 1), 0, union$cause)
write_golden(rbind(curves, incidence(union, name = "ties two causes as one")), "incidence.csv")
writeLines(c(R.version.string, paste("survival", packageVersion("survival"))), file.path(folder, "versions.txt"))
