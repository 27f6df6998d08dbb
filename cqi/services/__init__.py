"""Referrals to services and staff: who engages, who completes, and who stays. By role, never by person."""

from cqi.services.definitions import ServiceMeasure, bands, service_measure, service_measures
from cqi.services.referrals import engaging, funnel
from cqi.services.roles import NOT_KNOWN, OTHERS, with_roles
from cqi.services.staff import employments, retention, staying, turnover

__all__ = ["NOT_KNOWN", "OTHERS", "ServiceMeasure", "bands", "employments", "engaging", "funnel", "retention", "service_measure",
           "service_measures", "staying", "turnover", "with_roles"]
