# Golden numbers for cqi.belief. Usage: Rscript make.R FOLDER
suppressMessages(library(survival))
out <- commandArgs(trailingOnly = TRUE)[1]
write_to <- function(table, name) write.csv(format(table, digits = 16, trim = TRUE), file.path(out, name), row.names = FALSE, quote = FALSE)

drawn <- function(case, n, unit, children = n) {
  days <- function(rate) unit * ceiling(rexp(n, rate) / unit)
  data.frame(case = case, child_id = if (children == n) seq_len(n) else sample(children, n, TRUE), exposure = days(1 / 300), event = days(1 / 900),
             competing = days(1 / 1500), last = pmax(unit, unit * ceiling(runif(n, 30, 1200) / unit)), kin = rbinom(n, 1, 0.4), older = rbinom(n, 1, 0.3))
}
set.seed(8)
waits <- with(jasa, as.integer(tx.date - accept.dt))
heart <- with(jasa, data.frame(case = "heart", child_id = seq_along(futime), exposure = waits, event = ifelse(fustat == 1, futime + 1, NA), competing = NA,
                               last = futime + 1, kin = surgery, older = as.integer(age > 48)))
histories <- rbind(drawn("plain", 400, 1), drawn("ties", 500, 30), drawn("children", 600, 7, 250), drawn("few", 25, 1), heart)
write_to(histories, "histories.csv")

ended <- function(one) {
  event <- ifelse(is.na(one$event), Inf, one$event)
  competing <- ifelse(is.na(one$competing), Inf, one$competing)
  one$end <- pmin(event, competing, one$last)
  one$cause <- ifelse(event == one$end, 1, ifelse(competing == one$end, 2, 0))
  one$id <- seq_len(nrow(one))
  one
}
split_rows <- function(one, first, last) {
  cut <- tmerge(one, one, id = id, had = event(end, as.integer(cause == 1)))
  came <- subset(one, !is.na(exposure) & exposure < end)[, c("id", "exposure")]
  cut <- tmerge(cut, came, id = id, exposed = tdc(exposure))
  cut$had[cut$tstop > last] <- 0
  cut$tstop <- pmin(cut$tstop, last)
  cut$tstart <- pmax(cut$tstart, first)
  subset(cut, tstart < tstop)
}
cox <- function(case, first, last, stratified) {
  cut <- split_rows(ended(histories[histories$case == case, ]), first, last)
  form <- if (stratified) Surv(tstart, tstop, had) ~ exposed + strata(kin, older) else Surv(tstart, tstop, had) ~ exposed
  fit <- coxph(form, data = cut, cluster = child_id, ties = "efron", control = coxph.control(eps = 1e-11, iter.max = 50))
  data.frame(case, first, last, stratified, log_ratio = unname(coef(fit)), model_error = sqrt(fit$naive.var[1, 1]), error = sqrt(vcov(fit)[1, 1]),
             lower = exp(confint(fit))[1], upper = exp(confint(fit))[2], exposed_events = sum(cut$had[cut$exposed == 1]), unexposed_events = sum(cut$had[cut$exposed == 0]))
}
asked <- expand.grid(case = c("plain", "ties", "children", "heart"), stratified = c(FALSE, TRUE), stringsAsFactors = FALSE)
fits <- rbind(do.call(rbind, Map(function(case, stratified) cox(case, 0, 1826, stratified), asked$case, asked$stratified)), cox("plain", 274, 274 + 730, TRUE))
write_to(fits, "cox.csv")

at_landmark <- function(case, first, horizon) {
  one <- subset(ended(histories[histories$case == case, ]), end > first)
  one$since <- one$end - first
  one$group <- ifelse(!is.na(one$exposure) & one$exposure <= first, "exposed", "unexposed")
  fit <- survfit(Surv(since, factor(cause, 0:2, c("neither", "event", "other"))) ~ group, data = one, id = id, conf.type = "log-log")
  found <- summary(fit, times = horizon, extend = TRUE)
  data.frame(case, first, horizon, group = sub("group=", "", found$strata), children = fit$n, share = found$pstate[, 2], error = found$std.err[, 2],
             lower = found$lower[, 2], upper = found$upper[, 2])
}
marks <- rbind(at_landmark("plain", 91, 365), at_landmark("plain", 274, 730), at_landmark("ties", 183, 730), at_landmark("ties", 365, 365))
write_to(marks, "landmark.csv")
writeLines(c(R.version.string, paste("survival", packageVersion("survival"))), file.path(out, "versions.txt"))
