# The golden figures of tests/test_services_referrals.py: cumulative incidence by whole months with log-log intervals.
# R, package survival: Rscript survfit.R writes survfit.json.
library(survival)
months <- c(0, 1, 1, 2, 2, 2, 3, 3, 5, 6, 7, 8, 12, 12, 1, 3, 9, 10, 4, 4, 11, 12)
left <- c(1, 1, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 1, 0, 1, 0)
at <- c(1, 2, 3, 4, 5, 6)
fit <- summary(survfit(Surv(months, factor(left, 0:1)) ~ 1, conf.type = "log-log"), times = at)
show <- function(values) paste0("[", paste(format(values, digits = 17, trim = TRUE), collapse = ", "), "]")
cat("{\"made\": \"", R.version.string, ", survival ", as.character(packageVersion("survival")), "\",\n",
    " \"case\": {\"months\": ", show(months), ", \"left\": ", show(left), "},\n \"at\": ", show(at), ",\n",
    " \"value\": ", show(fit$pstate[, 2]), ",\n \"lower\": ", show(fit$lower[, 2]), ",\n \"upper\": ", show(fit$upper[, 2]), "}\n",
    sep = "", file = "survfit.json")
