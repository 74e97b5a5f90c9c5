/** The types of matchers that this hub knows. Source: Mercure, section Matcher Types. */
export const MATCHER_TYPES = ["exact", "urlpattern"] as const;
export type MatcherType = (typeof MATCHER_TYPES)[number];
