# Golden numbers for the tests of cqi.estimates. Run: Rscript make.R [folder], base R and the survival package only.
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
# ---- funnels -----------------------------------------------------------------------------------------------------
dersimonian_laird <- function(z, w) {
  k <- length(z)
  phi <- mean(z^2)
  c(phi, if (k * phi < k - 1) 0 else max(0, (k * phi - (k - 1)) / (sum(w) - sum(w^2) / sum(w))))
}
winsorise <- function(z) pmin(pmax(z, quantile(z, 0.1, type = 7)), quantile(z, 0.9, type = 7))
corrected_z <- function(what, part, whole, target) if (what == "proportion")  # Anscombe 1948, as printed there
  sqrt(4 * whole + 2) * (asin(sqrt((part + 3 / 8) / (whole + 3 / 4))) - asin(sqrt(target))) else 2 * sqrt(part + 3 / 8) - sqrt(4 * whole + 1 / 2)
corrected_limit <- function(what, p, whole, target, tau2) mapply(function(n) {  # where that z, its variance widened, is the quantile
  weight <- if (what == "proportion") 4 * n + 2 else 4 * n
  gap <- function(part) corrected_z(what, part, n, target) / sqrt(1 + weight * tau2) - qnorm(p)
  most <- if (what == "proportion") n else 1000 * (n + 10)
  if (gap(0) > 0) 0 else if (gap(most) < 0) most / n else uniroot(gap, c(0, most), tol = 1e-13)$root / n
}, whole)
funnel <- function(case, what, part, whole) {
  target <- if (what == "proportion") sum(part) / sum(whole) else 1
  to <- if (what == "proportion") function(p) asin(sqrt(p)) else sqrt
  s <- 1 / (2 * sqrt(whole))
  z <- (to(part / whole) - to(target)) / s
  z_corrected <- corrected_z(what, part, whole, target)
  weight <- if (what == "proportion") 4 * whole + 2 else 4 * whole
  corrected <- dersimonian_laird(z_corrected, weight)
  plain <- dersimonian_laird(z, 1 / s^2)
  winsorised <- dersimonian_laird(winsorise(z), 1 / s^2)
  limit <- function(p, tau2) {  # on the transformed scale, kept within what the transform can give, and back
    y <- qnorm(p, to(target), sqrt(s^2 + tau2))
    if (what == "proportion") sin(pmin(pmax(y, 0), asin(1)))^2 else pmax(y, 0)^2
  }
  wilson_touches <- function(p, level) mapply(function(n) {  # the share whose Wilson interval ends at the target
    side <- if (p < 0.5) 2 else 1
    gap <- function(share) {  # prop.test takes whole counts only: its formula, the root of the score statistic
      q <- qnorm(1 - (1 - level) / 2)
      middle <- (share + q^2 / (2 * n)) / (1 + q^2 / n)
      half <- q / (1 + q^2 / n) * sqrt(share * (1 - share) / n + q^2 / (4 * n^2))
      middle + c(-1, 1)[side] * half - target
    }
    ends <- if (p < 0.5) c(0, target) else c(target, 1)
    if (sign(gap(ends[1])) == sign(gap(ends[2]))) ends[if (p < 0.5) 1 else 2] else uniroot(gap, ends, tol = 1e-15)$root
  }, whole)
  of_proportion <- function(x) if (what == "proportion") x else NA
  data.frame(case, what, part, whole, value = part / whole, z_corrected, phi_corrected = corrected[1], tau2_corrected = corrected[2],
             corrected_lower_95 = corrected_limit(what, 0.025, whole, target, corrected[2]),
             corrected_upper_998 = corrected_limit(what, 0.999, whole, target, corrected[2]),
             z, target, phi = plain[1], tau2 = plain[2],
             phi_winsorised = winsorised[1], tau2_winsorised = winsorised[2],
             lower_95 = limit(0.025, plain[2]), upper_95 = limit(0.975, plain[2]),
             lower_998 = limit(0.001, plain[2]), upper_998 = limit(0.999, plain[2]),
             chance_lower_95 = limit(0.025, 0), chance_upper_998 = limit(0.999, 0),
             wilson_lower_95 = of_proportion(wilson_touches(0.025, 0.95)), wilson_upper_95 = of_proportion(wilson_touches(0.975, 0.95)),
             wilson_lower_998 = of_proportion(wilson_touches(0.001, 0.998)), wilson_upper_998 = of_proportion(wilson_touches(0.999, 0.998)))
}
set.seed(20261123)
whole <- c(3, 10, 11, 14, 20, 26, 35, 48, 60, 75, 90, 120, 150, 200, 260, 340, 500, 900, 1400, 6000)
spread_shares <- plogis(rnorm(length(whole), qlogis(0.3), 0.4))
write_golden(rbind(
  funnel("spread", "proportion", rbinom(length(whole), whole, spread_shares), whole),
  funnel("chance", "proportion", rbinom(length(whole), whole, 0.3), whole),
  funnel("few", "proportion", c(0, 10, 2, 9), c(10, 10, 12, 15)),
  funnel("ratios", "ratio", rpois(12, c(0.7, 2, 5, 9, 16, 30, 55, 80, 120, 300, 700, 2000) * exp(rnorm(12, 0, 0.25))),
         c(0.7, 2, 5, 9, 16, 30, 55, 80, 120, 300, 700, 2000)),
  funnel("alike ratios", "ratio", c(11, 19, 0, 30), c(10, 20, 1.5, 30))), "funnel.csv")

# ---- shares pulled together ----------------------------------------------------------------------------------------
beta_binomial <- function(case, x, n, level) {  # Kleinman 1973, weights n
  p <- weighted.mean(x / n, n)
  w <- n / sum(n)
  s <- sum(w * (x / n - p)^2)
  r <- (s - p * (1 - p) * sum(w * (1 - w) / n)) / (p * (1 - p) * (sum(w * (1 - w)) - sum(w * (1 - w) / n)))
  size <- 1 / min(r, 0.5) - 1
  tail <- (1 - level) / 2
  wilson_all <- suppressWarnings(prop.test(sum(x), sum(n), conf.level = level, correct = FALSE))$conf.int
  data.frame(case, level, numerator = x, denominator = n, alpha = if (r > 0) size * p else Inf, beta = if (r > 0) size * (1 - p) else Inf,
             share = if (r > 0) (x + size * p) / (n + size) else p,
             lower = if (r > 0) qbeta(tail, x + size * p, n - x + size * (1 - p)) else wilson_all[1],
             upper = if (r > 0) qbeta(1 - tail, x + size * p, n - x + size * (1 - p)) else wilson_all[2])
}
write_golden(rbind(
  beta_binomial("spread", c(0, 3, 9, 21, 60, 44, 210, 7), c(4, 11, 20, 60, 150, 190, 700, 7), 0.95),
  beta_binomial("spread 80%", c(0, 3, 9, 21, 60, 44, 210, 7), c(4, 11, 20, 60, 150, 190, 700, 7), 0.8),
  beta_binomial("chance", rbinom(12, whole[4:15], 0.3), whole[4:15], 0.95),
  beta_binomial("all or none", c(0, 12, 0, 9), c(10, 12, 8, 9), 0.95),
  beta_binomial("alike", c(4, 10, 20), c(10, 20, 50), 0.95)), "beta_binomial.csv")

# ---- growth of cohorts with age -------------------------------------------------------------------------------------
mack <- function(case, triangle) {  # origin by origin, age by age, as the formulas of Mack 1993 are written
  ages <- ncol(triangle)
  f <- sigma2 <- numeric(ages - 1)
  for (k in seq_len(ages - 1)) {
    both <- !is.na(triangle[, k + 1])
    f[k] <- coef(lm(triangle[both, k + 1] ~ 0 + triangle[both, k], weights = 1 / triangle[both, k]))
    sigma2[k] <- if (sum(both) > 1) sum(triangle[both, k] * (triangle[both, k + 1] / triangle[both, k] - f[k])^2) / (sum(both) - 1) else
      min(sigma2[k - 1]^2 / sigma2[k - 2], sigma2[k - 2], sigma2[k - 1])
  }
  do.call(rbind, lapply(seq_len(nrow(triangle)), function(i) {
    age <- max(which(!is.na(triangle[i, ])))
    amount <- triangle[i, age]
    square <- 0
    for (k in seq_len(ages - 1)) if (k >= age) {
      square <- square + sigma2[k] / f[k]^2 * (1 / amount + 1 / sum(triangle[!is.na(triangle[, k + 1]), k]))
      amount <- amount * f[k]
    }
    data.frame(case, origin = i, age = seq_len(ages), count = triangle[i, ], factor = c(f, NA), latest = triangle[i, age],
               developed = triangle[i, age] / amount, ultimate = amount, standard_error = sqrt(amount^2 * square))
  }))
}
taylor_ashe <- matrix(NA, 10, 10)  # Mack 1993, table 1
taylor_ashe[col(taylor_ashe) + row(taylor_ashe) <= 11] <- c(
  357848, 352118, 290507, 310608, 443160, 396132, 440832, 359480, 376686, 344014,
  1124788, 1236139, 1292306, 1418858, 1136350, 1333217, 1288463, 1421128, 1363294,
  1735330, 2170033, 2218525, 2195047, 2128333, 2180715, 2419861, 2864498,
  2218270, 3353322, 3235179, 3757447, 2897821, 2985752, 3483130,
  2745596, 3799067, 3985995, 4029929, 3402672, 3691712, 3319994, 4120063, 4132918, 4381982, 3873311,
  3466336, 4647867, 4628910, 4588268, 3606286, 4914039, 4909315, 3833515, 5339085, 3901463)
cohorts <- rbind(c(4, 15, 30, 41, 44), c(6, 18, 29, 45, 45), c(3, 11, 22, 30, NA), c(7, 15, 33, NA, NA), c(2, 9, NA, NA, NA),
                 c(5, NA, NA, NA, NA))
settling <- rbind(c(4, 15, 30, 41, 44), c(6, 18, 29, 40, NA), c(3, 16, 28, NA, NA), c(7, 15, NA, NA, NA), c(2, NA, NA, NA, NA))
write_golden(rbind(mack("taylor ashe", taylor_ashe), mack("cohorts", cohorts), mack("settling", settling)), "chain_ladder.csv")

# ---- scores of projections -----------------------------------------------------------------------------------------
set.seed(20261124)
pinball <- function(q, tau, y) sum(c(tau, 1 - tau) * pmax(c(y - q, q - y), 0))
levels_of <- c(0.025, 0.1, 0.5, 0.9, 0.975)
scored <- do.call(rbind, lapply(1:25, function(case) {
  samples <- sort(round(rgamma(8, 3, 0.1), 3))
  observed <- round(rgamma(1, 3, 0.1), 3)
  steps <- sort(unique(c(samples, observed)))  # the integral of (F(x) - 1{x >= y})^2, a step at every sample
  left <- head(steps, -1)
  from_integral <- sum(diff(steps) * (ecdf(samples)(left) - (left >= observed))^2)
  q <- qgamma(levels_of, 2 + case / 10, 0.1)
  parts <- c(0.0625, 0.2375, 0.4, 0.2375, 0.0625)
  data.frame(case, sample = 1:8, value = samples, observed, crps = from_integral, level = c(levels_of, NA, NA, NA),
             quantile = c(q, NA, NA, NA), crps_quantiles = 2 * sum(parts * mapply(pinball, q, levels_of, observed)))
}))
write_golden(scored, "crps.csv")
normal <- data.frame(mean = c(0, 0, 3, 50, -2), sd = c(1, 1, 2, 9, 0.3), observed = c(0, 1.7, -1, 64, -2.1))
normal$crps <- mapply(function(mean, sd, y) integrate(function(x) pnorm(x, mean, sd)^2, -Inf, y, rel.tol = 1e-12)$value +
                        integrate(function(x) pnorm(x, mean, sd, lower.tail = FALSE)^2, y, Inf, rel.tol = 1e-12)$value,
                      normal$mean, normal$sd, normal$observed)
write_golden(normal, "crps_normal.csv")

# ---- sums that signal a change ---------------------------------------------------------------------------------------
set.seed(20261125)
summed <- function(steps) Reduce(function(w, step) max(0, w + step), steps, 0, accumulate = TRUE)[-1]
looks <- do.call(rbind, lapply(1:6, function(path) {
  expected <- round(runif(40, 0.05, 6), 3)
  observed <- rpois(40, expected * c(1, 0.7, 1.4)[path %% 3 + 1])
  against <- function(ratio) summed(dpois(observed, ratio * expected, log = TRUE) - dpois(observed, expected, log = TRUE))
  data.frame(path, look = 1:40, observed, expected, fewer = against(0.75), more = against(1 / 0.75), fewer_half = against(0.5))
}))
write_golden(looks, "poisson_cusum.csv")
persons <- do.call(rbind, lapply(c(0.5, 2, 3.5), function(odds_ratio) {
  probability <- round(runif(60, 0.01, 0.95), 3)
  outcome <- rbinom(60, 1, probability)
  changed <- plogis(qlogis(probability) + log(odds_ratio))
  weight <- dbinom(outcome, 1, changed, log = TRUE) - dbinom(outcome, 1, probability, log = TRUE)
  data.frame(odds_ratio, outcome, probability, weight, sum = summed(weight))
}))
write_golden(persons, "bernoulli_cusum.csv")
log_rank <- do.call(rbind, lapply(1:8, function(case) {
  n <- c(5, 20, 60, 200)[case %% 4 + 1]
  time <- round(rexp(n, 1 / 200), 1) + 0.1
  died <- rbinom(n, 1, 0.7)
  usual <- exp(-time / c(150, 400)[case %% 2 + 1])  # the share still in care by then in the population compared with
  test <- survdiff(Surv(time, died) ~ offset(usual))
  data.frame(case, observed = test$obs, expected = test$exp, chisq = test$chisq)
}))
write_golden(log_rank, "log_rank.csv")

# ---- goals ---------------------------------------------------------------------------------------------------------
set.seed(20261126)
goals <- do.call(rbind, lapply(1:12, function(person) {
  many <- sample(1:5, 1)
  level <- sample(-2:2, many, TRUE)
  weight <- sample(c(1, 1, 2, 3, 10, 20), many, TRUE)
  correlation <- c(0.3, 0.3, 0, 0.6)[person %% 4 + 1]
  alike <- matrix(correlation, many, many) + diag(1 - correlation, many)  # variance of the weighted sum, from the matrix
  data.frame(person, goal = seq_len(many), level, weight, correlation,
             score = 50 + 10 * sum(weight * level) / sqrt(drop(weight %*% alike %*% weight)))
}))
write_golden(goals, "goal_attainment.csv")
writeLines(c(R.version.string, paste("survival", packageVersion("survival"))), file.path(folder, "versions.txt"))
