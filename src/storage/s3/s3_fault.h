// What went wrong with a request to S3: as an errno for who counts, and in words for who ends a command.
#pragma once

#include <string>
#include <string_view>

#include "storage/s3/s3_answers.h"
#include "storage/s3/s3_bucket.h"

namespace aforo {

struct S3Fault {
  // ENOENT (404), EACCES (401, 403, a token that has expired), EEXIST (409, 412 after If-None-Match), ESTALE (412 after If-Match), EBUSY (429, 503,
  // SlowDown), EREMOTEIO (other 5xx), ECONNREFUSED, ECONNRESET, EHOSTUNREACH (no such host), ETIMEDOUT, EBADMSG (a checksum
  // or a body that is cut short), EPROTO (no HTTP, no S3, a redirect, TLS that does not verify), ECANCELED (a stop was requested).
  int error = 0;
  int status = 0;  // HTTP's; 0: there was no answer
  S3Error server;  // what the server said
  std::string
      words;  // of TLS, of the resolver, of what was found instead of S3; empty where `server` says it
};

// errno of a status and, where the server said one, its code; 0 below 300.
int s3_errno(int status, std::string_view code);
// Another attempt may go better: 429, 5xx, RequestTimeout, SlowDown.
bool s3_may_retry(int status, std::string_view code);

// One sentence: what was expected ("expected to list 's3://x/y'"), the server's own code and what to do, for every case of
// the house's list: no such bucket, no credentials, expired or wrong ones, a wrong clock, an endpoint that speaks no S3 or answers HTML, TLS that does not verify,
// a bucket in another region (names it). Names the profile or variable that credentials came from, never what they are. What
// the server says is cut, without control characters, and no command to type unless it is a plain name.
std::string s3_sentence(const S3Bucket& bucket, std::string_view wanted, const S3Fault& fault);

}  // namespace aforo
