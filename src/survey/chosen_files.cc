#include "survey/chosen_files.h"

#include <string>

#include "survey/dataset_listing.h"

namespace aforo {

void list_chosen(const Store& store, const Census& census, const SampleChoice& choice, unsigned threads,
                 const std::stop_token& stop, const ListSink& sink) {
  list_dataset(store, threads, stop, nullptr,
               [&](unsigned thread, std::string_view path, std::uint64_t size) {
                 const std::string extension = extension_of(path);
                 const bool own = census.groups().find(extension) != census.groups().end();
                 if (choice.includes(own ? extension : std::string(Census::kRest))) sink(thread, path, size);
               });
}

}  // namespace aforo
