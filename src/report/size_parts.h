// Parts of the page of `aforo size`. Private to the report room.
#pragma once

#include <string>
#include <vector>

#include "report/parts.h"

namespace aforo {

std::vector<const Json*> entries(const Json& record, Path path);  // of a list; empty where it is none

// Three significant digits: a price list knows no more. "" where absent.
std::string money(const Json& record, Path path);
std::string terabytes(const Json& record, Path path);  // powers of ten, as storage is sold

void write_size_advice(Page& page, const Json& record);
void write_requirement_curve(Page& page, const Json& record);
void write_formats(Page& page, const Json& record);
void write_size_sweep(Page& page, const Json& record);
void write_portfolio(Page& page, const Json& record);

}  // namespace aforo
