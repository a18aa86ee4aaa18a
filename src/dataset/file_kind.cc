#include "dataset/file_kind.h"

namespace aforo {

std::string_view to_string(FileKind kind) {
  switch (kind) {
    case FileKind::kJpeg:
      return "JPEG";
    case FileKind::kPng:
      return "PNG";
    case FileKind::kNpz:
      return "npz";
    case FileKind::kNpy:
      return "npy";
    case FileKind::kTfrecord:
      return "TFRecord";
    case FileKind::kTar:
      return "tar";
    case FileKind::kHdf5:
      return "HDF5";
    case FileKind::kParquet:
      return "Parquet";
    case FileKind::kZip:
      return "zip";
    case FileKind::kDicom:
      return "DICOM";
    case FileKind::kGzip:
      return "gzip";
    case FileKind::kGzipTar:
      return "gzip-compressed tar";
    case FileKind::kGzipTfrecord:
      return "gzip-compressed TFRecord";
    case FileKind::kGzipLines:
      return "gzip-compressed lines";
    case FileKind::kCompressed:
      return "compressed";
    case FileKind::kMds:
      return "MDS shard";
    case FileKind::kArrow:
      return "Arrow";
    case FileKind::kLmdb:
      return "LMDB";
    case FileKind::kMegatron:
      return "Megatron corpus";
    case FileKind::kMegatronIndex:
      return "Megatron index";
    case FileKind::kJsonLines:
      return "JSON lines";
    case FileKind::kRecordIo:
      return "RecordIO";
    case FileKind::kSqlite:
      return "SQLite";
    case FileKind::kAvro:
      return "Avro";
    case FileKind::kOrc:
      return "ORC";
    case FileKind::kIdx:
      return "IDX";
    case FileKind::kBeton:
      return "FFCV beton";
    case FileKind::kRiegeli:
      return "Riegeli or ArrayRecord";
    case FileKind::kZlibTfrecord:
      return "zlib-compressed TFRecord";
    case FileKind::kSafetensors:
      return "safetensors";
    case FileKind::kTorch:
      return "PyTorch file";
    case FileKind::kPickle:
      return "Python pickle";
    case FileKind::kTable:
      return "CSV or TSV";
    case FileKind::kJsonArray:
      return "JSON array";
    case FileKind::kProgram:
      return "program";
    case FileKind::kEmpty:
      return "empty";
    case FileKind::kOther:
      return "other";
  }
  return "";
}

bool hides_samples(FileKind kind) {
  switch (kind) {
    case FileKind::kZip:
    case FileKind::kGzipTar:
    case FileKind::kGzipTfrecord:
    case FileKind::kGzipLines:
    case FileKind::kCompressed:
    case FileKind::kMds:
    case FileKind::kArrow:
    case FileKind::kLmdb:
    case FileKind::kMegatron:
    case FileKind::kJsonLines:
    case FileKind::kRecordIo:
    case FileKind::kSqlite:
    case FileKind::kAvro:
    case FileKind::kOrc:
    case FileKind::kIdx:
    case FileKind::kBeton:
    case FileKind::kRiegeli:
    case FileKind::kZlibTfrecord:
      return true;
    default:
      return may_be_one_sample(kind);
  }
}

bool may_be_one_sample(FileKind kind) {
  switch (kind) {
    case FileKind::kSafetensors:
    case FileKind::kPickle:
    case FileKind::kTable:
    case FileKind::kJsonArray:
      return true;
    default:
      return false;
  }
}

bool is_archive(FileKind kind) {
  switch (kind) {
    case FileKind::kTar:
    case FileKind::kZip:
    case FileKind::kGzipTar:
    case FileKind::kCompressed:
      return true;
    default:
      return false;
  }
}

bool is_never_sample(FileKind kind) { return kind == FileKind::kProgram || kind == FileKind::kMegatronIndex; }

}  // namespace aforo
