// How much of a Record's page is made. Private to the makers of documents.
#pragma once

namespace aforo {

// A page that has a first screen is that screen alone, or all below it: as the Record's echo of the command line asks
// (--full). A medium that scrolls wants both, one below the other, and no word of how to ask for the rest.
enum class PageExtent { kAsAsked, kAll };

}  // namespace aforo
