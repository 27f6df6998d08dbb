# Golden numbers for tests/test_estimates*.py. Run: Rscript make.R [folder], base R and the survival package only.
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

# ---- risk-adjusted ratios ----------------------------------------------------------------------------------------
exact_count <- function(x, level) poisson.test(x, conf.level = level)$conf.int
byar_count <- function(x, level) {
  z <- qnorm(1 - (1 - level) / 2)
  c(x * (1 - 1 / (9 * x) - z / (3 * sqrt(x)))^3, (x + 1) * (1 - 1 / (9 * (x + 1)) + z / (3 * sqrt(x + 1)))^3)
}
grid <- expand.grid(observed = c(0:12, 25, 99, 1000), expected = c(0.7, 12.5, 300), level = c(0.8, 0.95, 0.998))
limits <- mapply(function(x, level) if (x < 10) exact_count(x, level) else byar_count(x, level), grid$observed, grid$level)
write_golden(cbind(grid, ratio = grid$observed / grid$expected, lower = limits[1, ] / grid$expected,
                   upper = limits[2, ] / grid$expected), "standardised.csv")

shrunken <- function(case, observed, expected, phi, level) {
  overall <- sum(observed) / sum(expected)
  o <- observed / phi
  e <- overall * expected / phi  # gamma prior of mean 1 about it; its variance by DerSimonian and Laird's moments
  between <- (sum((o - e)^2 / e) - (length(e) - 1)) / (sum(e) - sum(e^2) / sum(e))
  tail <- (1 - level) / 2
  limit <- function(p) if (between > 0) overall * qgamma(p, shape = 1 / between + o, rate = 1 / between + e) else
    rep(if (p < 0.5) qgamma(p, sum(o)) else qgamma(p, sum(o) + 1), length(o)) / sum(expected) * phi
  mean <- if (between > 0) overall * (1 / between + o) / (1 / between + e) else rep(overall, length(o))
  data.frame(case, phi, level, observed, expected, ratio = mean, lower = limit(tail), upper = limit(1 - tail))
}
write_golden(rbind(
  shrunken("spread", c(20, 40, 60), c(40, 40, 40), 1, 0.95),
  shrunken("sizes", c(0, 3, 31, 190, 7), c(0.4, 5.5, 20, 240, 7), 1, 0.8),
  shrunken("siblings", c(2, 30, 31, 190, 7), c(0.4, 55, 20, 240, 7), 1.6, 0.95),
  shrunken("alike", c(11, 19, 30), c(10, 20, 30), 1, 0.95),
  shrunken("alike siblings", c(11, 19, 30), c(10, 20, 30), 1.6, 0.95)), "shrunken.csv")

# ---- two groups --------------------------------------------------------------------------------------------------
compared <- function(what, pairs, levels, ratio, interval) {
  rows <- do.call(rbind, lapply(levels, function(level) cbind(pairs, level = level)))
  limits <- mapply(interval, rows$first, rows$first_of, rows$other, rows$other_of, rows$level)
  cbind(what, rows, value = with(rows, ratio(first, first_of, other, other_of)), lower = limits[1, ], upper = limits[2, ])
}
levels <- c(0.8, 0.95, 0.998)
log_normal <- function(ratio, variance, level) ratio * exp(c(-1, 1) * qnorm(1 - (1 - level) / 2) * sqrt(variance))
hybrid <- function(p, own, q, other)
  p - q + c(-sqrt((p - own[1])^2 + (other[2] - q)^2), sqrt((own[2] - p)^2 + (q - other[1])^2))
wilson <- function(x, n, level) suppressWarnings(prop.test(x, n, conf.level = level, correct = FALSE))$conf.int

counts <- expand.grid(first = c(0, 1, 4, 9, 10, 27, 140), other = c(0, 1, 5, 9, 10, 33, 900))
counts$first_of <- 820.5
counts$other_of <- 3000
counts <- counts[counts$first + counts$other > 0, c("first", "first_of", "other", "other_of")]
rates <- compared("rate_ratio", counts, levels, function(a, s, b, t) a / s / (b / t), function(a, s, b, t, level)
  if (min(a, b) < 10) poisson.test(c(a, b), c(s, t), conf.level = level)$conf.int else
    log_normal(a / s / (b / t), 1 / a + 1 / b, level))
rate_differences <- compared("rate_difference", counts, levels, function(a, s, b, t) 1000 * (a / s - b / t),
  function(a, s, b, t, level) 1000 * hybrid(a / s, exact_count(a, level) / s, b / t, exact_count(b, level) / t))

koopman <- function(x, n, y, m, level) {  # Koopman 1984: the ratios whose chi-square statistic U is at its quantile
  u <- function(log_ratio) {
    r <- exp(log_ratio)
    b <- r * (n + y) + x + m
    p <- (b - sqrt(b^2 - 4 * r * (n + m) * (x + y))) / (2 * (n + m))
    (x - n * p)^2 / (n * p * (1 - p)) * (1 + n * (r - p) / (m * (1 - p))) - qchisq(level, 1)
  }
  root <- function(from, to) exp(uniroot(u, c(from, to), tol = 1e-14, maxiter = 10000)$root)
  middle <- log(x / n / (y / m))
  c(if (x == 0) 0 else root(-12, min(middle, 12)), if (y == 0) Inf else root(max(middle, -12), 12))
}
parts <- rbind(
  data.frame(first = c(36, 7, 0, 1, 3, 20, 12, 200, 9, 30), first_of = c(40, 34, 20, 20, 10, 25, 100, 900, 60, 45),
             other = c(16, 1, 1, 0, 6, 24, 20, 150, 10, 12), other_of = c(80, 34, 20, 20, 9, 60, 100, 400, 70, 60)))
proportions <- compared("proportion_ratio", parts, levels, function(x, n, y, m) x / n / (y / m),
  function(x, n, y, m, level) if (min(x, n - x, y, m - y) < 10) koopman(x, n, y, m, level) else
    log_normal(x / n / (y / m), 1 / x - 1 / n + 1 / y - 1 / m, level))
newcombe <- data.frame(first = c(56, 9, 6, 5, 0, 0, 10, 10), first_of = c(70, 10, 7, 56, 10, 10, 10, 10),
                       other = c(48, 3, 2, 0, 0, 0, 0, 0), other_of = c(80, 10, 7, 29, 20, 10, 20, 10))
differences <- compared("proportion_difference", rbind(newcombe, parts), levels, function(x, n, y, m) x / n - y / m,
  function(x, n, y, m, level) hybrid(x / n, wilson(x, n, level), y / m, wilson(y, m, level)))
write_golden(rbind(rates, rate_differences, proportions, differences), "comparing.csv")

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
