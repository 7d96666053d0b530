using TPWallet.Chains.Bitcoin;
using TPWallet.Crypto;
using TPWallet.Crypto.Derivation;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains.Bitcoin;

/// <summary>Seeded PSBTs with inputs of every kind, updated and ready to sign, and the keys that sign them.</summary>
internal sealed class RandomPsbts(int seed)
{
    private const int MaxInputs = 4;

    private static readonly SighashType[] Types =
    [
        SighashType.All, SighashType.None, SighashType.Single, SighashType.AllAnyoneCanPay, SighashType.NoneAnyoneCanPay, SighashType.SingleAnyoneCanPay,
    ];

    private readonly Random _random = new(seed);

    /// <summary>A PSBT, the private keys that finish it, and the kinds of its inputs.</summary>
    public (Psbt Psbt, IReadOnlyList<byte[]> Keys, string Kinds) Next(int version)
    {
        var inputs = Enumerable.Range(0, _random.Next(1, MaxInputs + 1)).Select(_ => Input()).ToList();
        // As many outputs as inputs, so that SINGLE always has its own.
        var outputs = Enumerable.Range(0, inputs.Count + _random.Next(3)).Select(_ => new BitcoinOutput(_random.NextInt64(546, 100_000_000), Locking())).ToList();
        var points = inputs.Select(static input => new OutPoint(input.Previous.Txid(), 1)).ToList();
        var (transactionVersion, lockTime) = (_random.Next(1, 3), _random.Next(4) == 0 ? (uint)_random.Next() : 0);
        var sequences = points.Select(_ => _random.Next(3) switch { 0 => BitcoinInput.FinalSequence, 1 => BitcoinInput.ReplaceableSequence, _ => (uint)_random.Next(65_536) }).ToList();
        Psbt psbt;
        if (version == 0)
        {
            var bare = points.Zip(sequences, static (point, sequence) => new BitcoinInput(point, sequence));
            psbt = PsbtCreator.Create(new(transactionVersion, new([.. bare]), new([.. outputs]), lockTime)).Value;
        }
        else
        {
            psbt = points.Zip(sequences).Aggregate(
                PsbtCreator.CreateV2(transactionVersion, lockTime), static (current, one) => PsbtCreator.AddInput(current, one.First, one.Second).Value);
            psbt = outputs.Aggregate(psbt, static (current, output) => PsbtCreator.AddOutput(current, output).Value);
            // @scure/btc-signer leaves the flags as they are when it signs, although BIP-370 asks for their update: so nothing is open, and none signs SINGLE.
            psbt = PsbtCreator.Close(psbt);
        }

        for (var i = 0; i < inputs.Count; i++)
        {
            psbt = Tell(inputs[i].Output.UpdateInput(psbt, i), inputs[i].Previous, inputs[i].Kind, i);
            var type = Types[_random.Next(Types.Length)];
            if (_random.Next(3) == 0 && (version == 0 || type.Outputs() != SighashType.Single)) psbt = PsbtUpdater.SetSighash(psbt, i, type);
        }

        var own = Input();
        psbt = own.Output.UpdateOutput(psbt, 0);
        return (psbt, [.. inputs.SelectMany(static input => input.Keys)], string.Join(' ', inputs.Select(static input => input.Kind)));
    }

    private Psbt Tell(Psbt psbt, BitcoinTransaction previous, string kind, int index)
    {
        var witness = kind is not ("pkh" or "sh-multi");
        if (!kind.StartsWith("tr", StringComparison.Ordinal) && (!witness || _random.Next(2) == 0)) psbt = PsbtUpdater.AddPrevious(psbt, index, previous);
        return witness ? PsbtUpdater.AddWitnessUtxo(psbt, index, previous.Outputs[1]) : psbt;
    }

    private (string Kind, DescriptorOutput Output, BitcoinTransaction Previous, byte[][] Keys) Input()
    {
        var kind = _random.Next(7) switch { 0 => "pkh", 1 => "wpkh", 2 => "sh-wpkh", 3 => "wsh", 4 => "sh-wsh", 5 => "tr-key", _ => "tr-leaf" };
        var count = kind is "wsh" or "sh-wsh" ? _random.Next(1, 5) : 1;
        var secrets = Enumerable.Range(0, count).Select(_ => Secret()).ToArray();
        var required = _random.Next(1, count + 1);
        var keys = string.Join(',', secrets.Select(Public));
        var text = kind switch
        {
            "pkh" => $"pkh({keys})",
            "wpkh" => $"wpkh({keys})",
            "sh-wpkh" => $"sh(wpkh({keys}))",
            "wsh" => $"wsh(multi({required},{keys}))",
            "sh-wsh" => $"sh(wsh(sortedmulti({required},{keys})))",
            "tr-key" => $"tr({keys})",
            _ => $"tr({Taproot.UnspendableKey.ToString()[2..]},{{pk({keys}),pk({Public(Secret())})}})",
        };
        var output = Descriptor.Parse(text, BitcoinNetwork.Mainnet).Value.At(0);
        var value = _random.NextInt64(10_000_000_000, 1_000_000_000_000);
        var source = new BitcoinInput(new(BitcoinHash.From(Bytes(32)), (uint)_random.Next(9)), (uint)_random.Next());
        var previous = new BitcoinTransaction(_random.Next(1, 3), [source], [new(5, Locking()), new(value, output.ScriptPubKey)], (uint)_random.Next(1_000));
        return (kind, output, previous, [.. secrets.Take(required)]);
    }

    private Script Locking() => _random.Next(5) switch
    {
        0 => OutputScript.PubKeyHashOf(Bytes(20)),
        1 => OutputScript.ScriptHashOf(Bytes(20)),
        2 => OutputScript.Witness(0, Bytes(20)),
        3 => OutputScript.Witness(0, Bytes(32)),
        _ => OutputScript.Taproot(Convert.FromHexString(Public(Secret())[2..])),
    };

    private byte[] Secret()
    {
        while (true)
        {
            var secret = Bytes(32);
            if (Secp256k1.IsValidPrivateKey(secret)) return secret;
        }
    }

    private static string Public(byte[] secret)
    {
        using var key = PrivateKey.From(secret);
        return Convert.ToHexStringLower(Secp256k1.CreatePublicKey(key));
    }

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }
}
