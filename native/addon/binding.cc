/*
 * What JavaScript sees of the C files beside this one: conversions and a table of exports, nothing else. The caller
 * (src/kernel) has checked the values; a wrong type throws TypeError.
 */
#include <napi.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "seccomp.h"

namespace {

Napi::Error system_error(Napi::Env env, const char *what, int error) {
    Napi::Error thrown = Napi::Error::New(env, std::string(what) + ": " + std::strerror(-error));
    thrown.Set("errno", Napi::Number::New(env, -error));
    return thrown;
}

uint32_t number(const Napi::Object &object, const char *name) {
    return object.Get(name).As<Napi::Number>().Uint32Value();
}

uint64_t wide(const Napi::Object &object, const char *name) {
    bool lossless;
    return object.Get(name).As<Napi::BigInt>().Uint64Value(&lossless);
}

std::vector<std::string> strings(const Napi::Array &array) {
    std::vector<std::string> texts;
    for (uint32_t i = 0; i < array.Length(); i++)
        texts.push_back(array.Get(i).As<Napi::String>().Utf8Value());
    return texts;
}

/* `syscall` must outlive the rule. */
filter_rule rule(const Napi::Object &object, const std::string &syscall) {
    filter_rule converted = {};
    converted.syscall = syscall.c_str();
    converted.action = number(object, "action");
    Napi::Array arguments = object.Get("arguments").As<Napi::Array>();
    for (uint32_t i = 0; i < arguments.Length() && i < 6; i++) {
        Napi::Object argument = arguments.Get(i).As<Napi::Object>();
        converted.arguments[converted.argument_count++] = {
            number(argument, "index"),
            number(argument, "op"),
            wide(argument, "a"),
            wide(argument, "b"),
        };
    }
    return converted;
}

std::string dotted(unsigned major, unsigned minor, unsigned patch) {
    return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

/* compileFilter({defaultAction, architectures, rules}) -> {program, newest}; throws with errno and the rule's index. */
Napi::Value compile_filter(const Napi::CallbackInfo &info) {
    Napi::Env env = info.Env();
    Napi::Object request = info[0].As<Napi::Object>();
    std::vector<std::string> names = strings(request.Get("architectures").As<Napi::Array>());
    std::vector<const char *> architectures;
    for (const std::string &name : names)
        architectures.push_back(name.c_str());

    Napi::Array listed = request.Get("rules").As<Napi::Array>();
    std::vector<std::string> syscalls(listed.Length());
    std::vector<filter_rule> rules;
    for (uint32_t i = 0; i < listed.Length(); i++) {
        Napi::Object object = listed.Get(i).As<Napi::Object>();
        syscalls[i] = object.Get("syscall").As<Napi::String>().Utf8Value();
        rules.push_back(rule(object, syscalls[i]));
    }

    filter_request converted = {
        number(request, "defaultAction"),
        architectures.data(),
        architectures.size(),
        rules.data(),
        rules.size(),
    };
    filter_result result;
    int error = filter_compile(&converted, &result);
    if (error) {
        free(result.program);
        Napi::Error thrown = system_error(env, "libseccomp", error);
        thrown.Set("rule", Napi::Number::New(env, static_cast<double>(result.refused)));
        throw thrown;
    }

    Napi::Object compiled = Napi::Object::New(env);
    compiled.Set(
        "program", Napi::Buffer<uint8_t>::Copy(env, static_cast<uint8_t *>(result.program), result.size));
    free(result.program);
    Napi::Array newest = Napi::Array::New(env, result.newest_count);
    for (uint32_t i = 0; i < result.newest_count; i++) {
        Napi::Object entry = Napi::Object::New(env);
        entry.Set("architecture", Napi::Number::New(env, result.newest[i].architecture));
        entry.Set("number", Napi::Number::New(env, result.newest[i].number));
        newest.Set(i, entry);
    }
    compiled.Set("newest", newest);
    return compiled;
}

/* versions() -> {node, libseccomp} */
Napi::Value versions(const Napi::CallbackInfo &info) {
    Napi::Env env = info.Env();
    const napi_node_version *node = Napi::VersionManagement::GetNodeVersion(env);
    filter_library library = filter_version();
    Napi::Object found = Napi::Object::New(env);
    found.Set("node", dotted(node->major, node->minor, node->patch));
    found.Set("libseccomp", dotted(library.major, library.minor, library.micro));
    return found;
}

Napi::Object exports_table(Napi::Env env, Napi::Object exports) {
    exports.Set("versions", Napi::Function::New(env, versions));
    exports.Set("compileFilter", Napi::Function::New(env, compile_filter));
    return exports;
}

} // namespace

NODE_API_MODULE(railcar, exports_table)
