/** Made by cosign 2.5.0 with a key of its own, whose password is "secret". */

export const digest = 'sha256:6f46b3c4bebe8892b4f9dbbd95b5bbcdb607d482a2db42fd9dcb099670449fb9';

export const privateKey = `-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----
eyJrZGYiOnsibmFtZSI6InNjcnlwdCIsInBhcmFtcyI6eyJOIjo2NTUzNiwiciI6
OCwicCI6MX0sInNhbHQiOiJyK3U5Nithb3hDU0M0OE1HUnpJdXU2bXNWY05MRUJ2
OWs3L3pKZGRSMXZBPSJ9LCJjaXBoZXIiOnsibmFtZSI6Im5hY2wvc2VjcmV0Ym94
Iiwibm9uY2UiOiJZL2YrOTJLeEtVOXdsYTNFK1ZsSjdqZm5xUlAraXZiMiJ9LCJj
aXBoZXJ0ZXh0IjoiK0hBU1NTajcwVy9hQWRqK3RDSlgwR1RNSHdTQUtKY0Rpd0Zz
RW95L1ZSN3dlUlVQRHdiTXhRQUJjZHA2YmNzOXlwK2JmZ2l2SGNTRjBGSHpMN3Bs
NXcrcUZKMnFhSVhEM29PVUg3YkZjcHZDTVJhd2FBNS95QjVHaXR5UGJqV2s2OXM0
V0xXTy9XSVFnNFpvME8ralhOd3N3SjZQbGYrMWNiUzg4VVJHNkRhREFBVU5hK3Fw
RmI1YlBSLy9FTEJRY0I1R3c5OUlrUWgxWHc9PSJ9
-----END ENCRYPTED SIGSTORE PRIVATE KEY-----
`;

export const publicKey = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEZhCHL0a/YxcJv0cxBKmA2gvWYuv9
f8OKJbhzJYcda1WcdULt9FNdSJyraI80+Na1lLNNkHWbxizaObAD/mEZyg==
-----END PUBLIC KEY-----
`;

/** `cosign sign -a who=me` */
export const payload =
  '{"critical":{"identity":{"docker-reference":"127.0.0.1:5791/cat"},"image":{"docker-manifest-digest":"sha256:6f46b3c4bebe8892b4f9dbbd95b5bbcdb607d482a2db42fd9dcb099670449fb9"},"type":"cosign container image signature"},"optional":{"who":"me"}}';
export const signature =
  'MEQCIE/zYCEIakgVZHerqdpoA3rs32s6KowJM0Ew6uDfBzZaAiBst16DlI7pNY1ROdea/S0H9aUJHXZDGd4XJTcxDS/gSQ==';

/** `cosign attest --new-bundle-format --type slsaprovenance1` */
export const bundle =
  '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial":{"publicKey":{"hint":"XtwD7Xkr1mBGsANNXBJHduncIqHWJxorZztauHSdt3M="}}, "dsseEnvelope":{"payload":"eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjAuMSIsInByZWRpY2F0ZVR5cGUiOiJodHRwczovL3Nsc2EuZGV2L3Byb3ZlbmFuY2UvdjEiLCJzdWJqZWN0IjpbeyJuYW1lIjoiMTI3LjAuMC4xOjU3OTEvY2F0IiwiZGlnZXN0Ijp7InNoYTI1NiI6IjZmNDZiM2M0YmViZTg4OTJiNGY5ZGJiZDk1YjViYmNkYjYwN2Q0ODJhMmRiNDJmZDlkY2IwOTk2NzA0NDlmYjkifX1dLCJwcmVkaWNhdGUiOnsiYnVpbGREZWZpbml0aW9uIjp7ImJ1aWxkVHlwZSI6Imh0dHBzOi8veCIsImV4dGVybmFsUGFyYW1ldGVycyI6e30sImludGVybmFsUGFyYW1ldGVycyI6e319LCJydW5EZXRhaWxzIjp7ImJ1aWxkZXIiOnsiaWQiOiJodHRwczovL3gifSwibWV0YWRhdGEiOnt9fX19", "payloadType":"application/vnd.in-toto+json", "signatures":[{"sig":"MEUCIE/x+K4bx2ZlsPZ8/IDbJPG9sRYm03eOJrLJE3GRVSEPAiEA7CmY0SmfG/JLLdaisMavdvGPY01APuoF8D0Z6929YWk="}]}}';
