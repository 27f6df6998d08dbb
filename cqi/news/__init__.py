"""What changed since the last run: what happened since, what was entered late, what is counted in another way, which signals came and
went."""

from cqi.news.found import SINCE, News, news, over, shown_news
from cqi.news.last import RECORD, Last, defined, last_run, recorded

__all__ = ["Last", "News", "RECORD", "SINCE", "defined", "last_run", "news", "over", "recorded", "shown_news"]
