# Mbed TLS 2.28, for dlms/security: Debian's library on a host; for the target, the few sources that are needed of
# Debian's own source package, with the configuration beside this file.
if(NOT CMAKE_SYSTEM_NAME STREQUAL "Generic")
    add_library(blathy_mbedtls INTERFACE)
    find_library(MBEDX509_LIBRARY mbedx509 REQUIRED)
    find_library(MBEDCRYPTO_LIBRARY mbedcrypto REQUIRED)
    target_link_libraries(blathy_mbedtls INTERFACE ${MBEDX509_LIBRARY} ${MBEDCRYPTO_LIBRARY})
    return()
endif()

set(BLATHY_MBEDTLS_SOURCE ${PROJECT_SOURCE_DIR}/build/mbedtls CACHE PATH
    "Source of Mbed TLS 2.28; fetched with the packages of the machine when it is not there")
if(NOT EXISTS ${BLATHY_MBEDTLS_SOURCE}/library/aes.c)
    execute_process(COMMAND ${PROJECT_SOURCE_DIR}/scripts/mbedtls_source.sh ${BLATHY_MBEDTLS_SOURCE}
                    COMMAND_ERROR_IS_FATAL ANY)
endif()

set(mbedtls_parts aes asn1parse asn1write bignum constant_time ecdh ecdsa ecp ecp_curves hmac_drbg md md5
    memory_buffer_alloc oid pk pk_wrap pkparse pkwrite platform platform_util sha1 sha256 sha512 x509 x509_create
    x509_crt x509write_csr)
list(TRANSFORM mbedtls_parts REPLACE "(.+)" "${BLATHY_MBEDTLS_SOURCE}/library/\\1.c")
add_library(blathy_mbedtls STATIC ${mbedtls_parts})
target_compile_definitions(blathy_mbedtls PUBLIC
    MBEDTLS_CONFIG_FILE="${CMAKE_CURRENT_LIST_DIR}/mbedtls_target_config.h")
target_include_directories(blathy_mbedtls SYSTEM PUBLIC ${BLATHY_MBEDTLS_SOURCE}/include)
