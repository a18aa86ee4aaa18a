#include "storage/s3/test_tls.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <cstdio>
#include <filesystem>
#include <stdexcept>

namespace aforo {
namespace {

void must(bool good) {
  if (!good) throw std::runtime_error("the test's certificate cannot be made");
}

X509* make_certificate(EVP_PKEY* key) {
  X509* const made = X509_new();
  X509_set_version(made, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
  X509_gmtime_adj(X509_getm_notBefore(made), -3600);
  X509_gmtime_adj(X509_getm_notAfter(made), 3600);
  X509_set_pubkey(made, key);
  X509_NAME* const name = X509_get_subject_name(made);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1,
                             0);
  X509_set_issuer_name(made, name);
  X509V3_CTX context;
  X509V3_set_ctx(&context, made, made, nullptr, nullptr, 0);
  for (const auto& [what, value] : {std::pair{NID_basic_constraints, "critical,CA:TRUE"},
                                    std::pair{NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost"}}) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, what, value);
    must(extension != nullptr && X509_add_ext(made, extension, -1) == 1);
    X509_EXTENSION_free(extension);
  }
  must(X509_sign(made, key, EVP_sha256()) > 0);
  return made;
}

}  // namespace

TestCertificate::TestCertificate() : context_(SSL_CTX_new(TLS_server_method())) {
  std::string name = (std::filesystem::temp_directory_path() / "aforo-tls-XXXXXX").string();
  must(mkdtemp(name.data()) != nullptr);
  directory_ = name;
  file_ = directory_ + "/ca.pem";
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  must(key != nullptr);
  X509* const certificate = make_certificate(key);
  must(SSL_CTX_use_certificate(context_, certificate) == 1 && SSL_CTX_use_PrivateKey(context_, key) == 1);
  std::FILE* const out = std::fopen(file_.c_str(), "w");
  must(out != nullptr && PEM_write_X509(out, certificate) == 1);
  std::fclose(out);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

TestCertificate::~TestCertificate() {
  SSL_CTX_free(context_);
  std::filesystem::remove_all(directory_);
}

TestWire::TestWire(int socket, const TestCertificate* certificate) : socket_(socket) {
  if (certificate == nullptr) return;
  sigset_t broken_pipe;  // OpenSSL's sockets raise it, in this thread
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  ssl_ = SSL_new(certificate->context());
  SSL_set_fd(ssl_, socket_);
  good_ = SSL_accept(ssl_) == 1;
  ERR_clear_error();
}

TestWire::~TestWire() {
  if (ssl_ != nullptr) SSL_free(ssl_);
}

ssize_t TestWire::receive(char* into, std::size_t size) {
  if (!good_) return -1;
  return ssl_ == nullptr ? ::recv(socket_, into, size, 0) : SSL_read(ssl_, into, static_cast<int>(size));
}

ssize_t TestWire::send(const char* bytes, std::size_t size) {
  return ssl_ == nullptr ? ::send(socket_, bytes, size, MSG_NOSIGNAL)
                         : SSL_write(ssl_, bytes, static_cast<int>(size));
}

void TestWire::reset() const {
  sockaddr none{};
  none.sa_family = AF_UNSPEC;
  [[maybe_unused]] const int dissolved = ::connect(socket_, &none, sizeof none);
}

}  // namespace aforo
