# Golden numbers for tests/test_control_*.py. Run: Rscript make.R [folder], base R only. The rules are written out from their description
# (README.md), window by window.
folder <- commandArgs(trailingOnly = TRUE)
folder <- if (length(folder)) folder[1] else "."
RNGkind("Mersenne-Twister", "Inversion", "Rejection")

write_golden <- function(table, name) {
  exact <- lapply(table, function(x) if (is.double(x)) ifelse(is.na(x), "NA", sprintf("%.17g", x)) else x)
  write.csv(as.data.frame(exact), file.path(folder, name), row.names = FALSE, quote = FALSE)
}

# ---- XmR limits and the rules ------------------------------------------------------------------------------------
screened_mean <- function(ranges, screen = TRUE) {
  ranges <- ranges[!is.na(ranges)]
  if (screen) ranges <- ranges[ranges < 3.267 * mean(ranges)]
  if (length(ranges)) mean(ranges) else NA_real_
}

windows <- function(n, size) if (n < size) list() else lapply(1:(n - size + 1), function(from) from:(from + size - 1))
all_true <- function(x) isTRUE(all(x))

flags <- function(y, centre, near_lower, near_upper, lower, upper) {
  n <- length(y)
  trend <- shift <- near <- rep(0, n)
  rising <- falling <- rep(FALSE, n)
  for (w in windows(n, 7)) {
    if (all_true(diff(y[w]) > 0) || all_true(diff(y[w]) < 0)) trend[w] <- 1
    if (all_true(y[w] > centre)) shift[w] <- 1
    if (all_true(y[w] < centre)) shift[w] <- -1
  }
  for (i in which(trend == 1)) {  # the step to the right counts where the next point is of a trend too, else the step to here
    step <- if (i < n && trend[i + 1] == 1) y[i + 1] - y[i] else y[i] - y[i - 1]
    rising[i] <- step > 0
    falling[i] <- !rising[i]
  }
  is_near_upper <- !is.na(y) & y > near_upper & !(y > upper)
  is_near_lower <- !is.na(y) & y < near_lower & !(y < lower)
  for (w in windows(n, 3)) {
    if (all_true(y[w] > centre) && sum(is_near_upper[w]) >= 2) near[w][is_near_upper[w]] <- 1
    if (all_true(y[w] < centre) && sum(is_near_lower[w]) >= 2) near[w][is_near_lower[w]] <- -1
  }
  above <- !is.na(y) & !is.na(upper) & y > upper
  below <- !is.na(y) & !is.na(lower) & y < lower
  rule <- ifelse(above | below, "astronomical", ifelse(trend != 0, "trend", ifelse(near != 0, "two of three", ifelse(shift != 0, "shift", "none"))))
  direction <- ifelse(above, 1, ifelse(below, -1, ifelse(rising, 1, ifelse(falling, -1, ifelse(near != 0, near, shift)))))
  data.frame(rule, direction = as.integer(direction))
}

xmr <- function(case, y, baseline = length(y), screen = TRUE) {
  base <- y[seq_len(baseline)]
  centre <- mean(base, na.rm = TRUE)
  range <- screened_mean(abs(diff(base)), screen)
  near <- 2 * (2.66 / 3) * range
  lines <- data.frame(centre, near_lower = centre - near, near_upper = centre + near, lower = centre - 2.66 * range, upper = centre + 2.66 * range)
  found <- with(lines, flags(y, centre, near_lower, near_upper, lower, upper))
  data.frame(case, baseline, screen = as.integer(screen), value = y, lines, found)
}

drawn <- function(case) {
  n <- sample(13:36, 1)
  y <- switch(1 + case %% 5, rnorm(n), round(rnorm(n), 1), rpois(n, 7), rnorm(n) + cumsum(rnorm(n)), round(8 * sin(seq_len(n) / 4) + rnorm(n), 1))
  if (case %% 3 == 0) {
    from <- sample(n - 8, 1)
    y[from + 0:(5 + case %% 4)] <- y[from] + (0:(5 + case %% 4)) * sample(c(-1, 1), 1)
  }
  if (case %% 7 == 0) y[sample(n, 2)] <- NA
  y
}
set.seed(20260630)
random <- lapply(1:120, function(case) {
  y <- drawn(case)
  xmr(paste0("drawn ", case), y, baseline = if (case %% 4 == 0) 12 else length(y), screen = case %% 6 != 0)
})
up <- c(3, 5, 4, 6, 3, 5, 4)
by_hand <- list(
  xmr("rise then fall", c(up, 1:7, 6:1, up)), xmr("rise and tie and fall", c(up, 1:7, 7:1, up)), xmr("rise and drop and rise", c(up, 1:7, 3:9, up)),
  xmr("six only", c(up, 1:6, 6, 5, up)), xmr("on the mean", c(rep(c(1, 3), 6), 3, 3, 3, 2, 3, 3, 3, rep(1, 5))),
  xmr("gap in a rise", c(up, 1:5, NA, 6:8, up)), xmr("Nile", as.double(Nile)), xmr("nhtemp", as.double(nhtemp))
)
write_golden(do.call(rbind, c(random, by_hand)), "mdc7.csv")

# ---- p, u, p' and u' ---------------------------------------------------------------------------------------------
counts <- function(case, chart, numerator, denominator, per, baseline = length(numerator)) {
  base <- seq_len(baseline)
  centre <- sum(numerator[base]) / sum(denominator[base])
  value <- ifelse(denominator > 0, numerator / denominator, NA)
  error <- ifelse(denominator > 0, sqrt(centre * (if (chart == "p") 1 - centre else 1) / denominator), NA)
  z <- (value - centre) / error
  sigma_z <- screened_mean(abs(diff(z[base]))) / 1.128
  cut <- function(x) if (chart == "p") pmin(1, pmax(0, x)) else pmax(0, x)
  data.frame(case, chart, per, baseline, numerator, denominator, value = value * per, centre = centre * per,
             lower = cut(centre - 3 * error) * per, upper = cut(centre + 3 * error) * per,
             lower_laney = cut(centre - 3 * sigma_z * error) * per, upper_laney = cut(centre + 3 * sigma_z * error) * per, sigma_z)
}
set.seed(20260701)
n <- c(30, 41, 8, 55, 23, 0, 37, 29, 44, 61, 12, 33, 27, 48, 36, 52, 19, 40, 31, 25)
days <- round(runif(24, 800, 1200))
many <- round(runif(26, 9000, 12000))
write_golden(rbind(
  counts("share with a gap", "p", rbinom(20, n, 0.2), n, 1), counts("share near 1", "p", rbinom(20, n, 0.97), n, 1),
  counts("dispersed share of many", "p", rbinom(26, many, plogis(rnorm(26, -2, 0.1))), many, 1),
  counts("share with a baseline", "p", rbinom(26, many, 0.1), many, 1, 14),
  counts("rate", "u", rpois(24, days * 0.01), days, 1000), counts("rate of few", "u", rpois(24, days * 0.001), days, 1000),
  counts("dispersed rate", "u", rpois(24, days * 0.05 * rgamma(24, 8, 8)), days, 1000), counts("rate with a baseline", "u", rpois(24, days * 0.02), days, 100, 12)
), "counts.csv")

# ---- runs ----------------------------------------------------------------------------------------------------------
n <- c(1:130, 181, 182, 362, 363)
write_golden(data.frame(useful = as.integer(n), longest_usual = as.integer(round(log2(n)) + 3), fewest_usual = as.integer(qbinom(0.05, n - 1, 0.5))),
             "runs_limits.csv")
runs <- function(rows) {
  side <- sign(rows$value - median(rows$value, na.rm = TRUE))
  side <- side[!is.na(side) & side != 0]
  length_of <- rle(side)$lengths
  useful <- length(side)
  signal <- max(length_of) > round(log2(useful)) + 3 || length(length_of) - 1 < qbinom(0.05, useful - 1, 0.5)
  data.frame(case = rows$case[1], useful, longest = max(length_of), crossings = length(length_of) - 1L, signal = as.integer(signal))
}
write_golden(do.call(rbind, lapply(c(random, by_hand), runs)), "runs.csv")
writeLines(paste("R", getRversion()), file.path(folder, "versions.txt"))
