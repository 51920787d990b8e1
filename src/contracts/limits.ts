/** Limits of what comes from outside. */
export const REPOSITORY_URL_MAX = 500;
/** A webhook, Slack or API body; GitHub's own limit is 25 MB, of which a push needs little. */
export const BODY_BYTES_MAX = 5 * 1024 * 1024;
