using System.Runtime.InteropServices;

namespace TPWallet.Benchmarks.Crypto;

/// <summary>
/// Where no C compiler is at hand: the bare library functions, called one by one on preset arrays. It carries the cost of .NET's transition to native
/// code, so it is a little above the C library's own time; the table names it.
/// </summary>
internal sealed partial class RawCallLimit : ISecp256k1Limit
{
    private const string Library = "libsecp256k1.so.1";

    private readonly nint _context = secp256k1_context_create(1 | (1 << 8) | (1 << 9));
    private readonly byte[] _point = new byte[64];
    private readonly byte[] _signature = new byte[64];
    private readonly byte[] _output = new byte[64];

    public string Description => "bare P/Invoke (no cc here)";

    public Task<long> MeasureAsync(bool sign, int count, CancellationToken cancellationToken)
    {
        var good = true;
        var start = Stopwatch.GetTimestamp();
        for (var index = 0; index < count; index++) good &= sign ? SignOne(index % Samples.Count) : VerifyOne(index % Samples.Count);
        var nanoseconds = (long)Stopwatch.GetElapsedTime(start).TotalNanoseconds;
        return good ? Task.FromResult(nanoseconds) : throw new InvalidOperationException("libsecp256k1 refused a sample of the benchmark.");
    }

    public void Dispose() => secp256k1_context_destroy(_context);

    private bool SignOne(int sample) =>
        secp256k1_ecdsa_sign(_context, _signature, Samples.Digests[sample], Samples.Key, 0, 0) == 1
        && secp256k1_ecdsa_signature_serialize_compact(_context, _output, _signature) == 1;

    private bool VerifyOne(int sample) =>
        secp256k1_ec_pubkey_parse(_context, _point, Samples.PublicKey, (nuint)Samples.PublicKey.Length) == 1
        && secp256k1_ecdsa_signature_parse_compact(_context, _signature, Samples.Signatures[sample]) == 1
        && secp256k1_ecdsa_verify(_context, _signature, Samples.Digests[sample], _point) == 1;

    // DllImport, not LibraryImport: its generated code needs unsafe, which only the Crypto project may use.
#pragma warning disable SYSLIB1054
    [DllImport(Library)]
    private static extern nint secp256k1_context_create(uint flags);
    [DllImport(Library)]
    private static extern void secp256k1_context_destroy(nint context);
    [DllImport(Library)]
    private static extern int secp256k1_ecdsa_sign(nint context, byte[] signature, byte[] digest, byte[] key, nint nonce, nint data);
    [DllImport(Library)]
    private static extern int secp256k1_ecdsa_signature_serialize_compact(nint context, byte[] output, byte[] signature);
    [DllImport(Library)]
    private static extern int secp256k1_ecdsa_signature_parse_compact(nint context, byte[] signature, byte[] input);
    [DllImport(Library)]
    private static extern int secp256k1_ec_pubkey_parse(nint context, byte[] point, byte[] input, nuint length);
    [DllImport(Library)]
    private static extern int secp256k1_ecdsa_verify(nint context, byte[] signature, byte[] digest, byte[] point);
#pragma warning restore SYSLIB1054
}
