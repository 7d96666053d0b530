using TPWallet.Chains.Bitcoin;
using TPWallet.Crypto;

namespace TPWallet.Tests.Chains.Bitcoin;

/// <summary>The examples printed in BIP-143: digests, signatures and whole signed transactions.</summary>
public sealed class Bip143VectorTests
{
    private const string SixOfSix =
        "56210307b8ae49ac90a048e9b53357a2354b3334e9c8bee813ecb98e99a7e07e8c3ba32103b28f0c28bfab54554ae8c658ac5c3e0ce6e79ad336331f78c428dd43eea8449b"
        + "21034b8113d703413d57761b8b9781957b8c0ac1dfe69f492580ca4195f50376ba4a21033400f6afecb833092a9a21cfdf1ed1376e58c5d1f47de74683123987e967a8f4"
        + "2103a6d48b1131e94ba04d9737d61acdaa1322008af9602b3b14862c07a1789aac162102d8b661b0b3302ee2f162b09e07a55ad5dfbe673a9f01d9f0c19617681024306b56ae";

    private const string FixedSignature =
        "30450220487fb382c4974de3f7d834c1b617fe15860828c7f96454490edd6d891556dcc9022100baf95feb48f845d5bfc9882eb6aeefa1bc3790e39f59eaa46ff7f15ae626c53e01";

    private const string OtherSignature =
        "304502205286f726690b2e9b0207f0345711e63fa7012045b9eb0f19c2458ce1db90cf43022100e89f17f86abc5b149eba4115d4f128bcf45d77fb3ecdd34f594091340c03959601";

    /// <summary>Unsigned or signed transaction; per input value and script; index, script code, type, digest, private key, signature.</summary>
    public static TheoryData<string, string, int, string, SighashType, string, string, string> Digests => new()
    {
        {
            Wpkh, "625000000:2103c9f4836b9a4f77fc0d81f7bcb01b7f1b35916864b9476c241ce9fc198bd25432ac 600000000:00141d0f172a0ecb48aee1be1f2687d2963ae33f71a1",
            1, "76a9141d0f172a0ecb48aee1be1f2687d2963ae33f71a188ac", SighashType.All,
            "c37af31116d1b27caf68aae9e3ac82f1477929014d5b917657d0eb49478cb670", "619c335025c7f4012e556c2a58b2506e30b8511b53ade95ea316fd8c3286feb9",
            "304402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a0220573a954c4518331561406f90300e8f3358f51928d43c212a8caed02de67eebee01"
        },
        {
            NestedWpkh, "1000000000:a9144733f37cf4db86fbc2efed2500b4f4e49f31202387", 0,
            "76a91479091972186c449eb1ded22b78e40d009bdf008988ac", SighashType.All,
            "64f3b0f4dd2bb3aa1ce8566d220cc74dda9df97d8490cc81d89d735c92e59fb6", "eb696a065ef48a2192da5b28b694f87544b30fae8327c4510137a922f32c6dcf",
            "3044022047ac8e878352d3ebbde1c94ce3a10d057c24175747116f8288e5d794d12d482f0220217f36a485cae903c713331d877c1f64677e3622ad4010726870540656fe9dcb01"
        },
        {
            WshSeparator, WshSeparatorSpent, 1,
            "21026dccc749adc2a9d0d89497ac511f760f45c47dc5ed9cf352a58ac706453880aeadab210255a9626aebf5e29c0e6538428ba0d1dcf6ca98ffdf086aa8ced5e0d0215ea465ac",
            SighashType.Single, "82dde6e4f1e94d02c2b7ad03d2115d691f48d064e9d52f58194a6637e4194391",
            "8e02b539b1500aa7c81cf3fed177448a546f19d2be416c0c61ff28e577d8d0cd",
            "3044022027dc95ad6b740fe5129e7e62a75dd00f291a2aeb1200b84b09d9e3789406b6c002201a9ecd315dd6a0e632ab20bbb98948bc0c6fb204f2c286963bb48517a7058e2703"
        },
        {
            WshSeparator, WshSeparatorSpent, 1, "210255a9626aebf5e29c0e6538428ba0d1dcf6ca98ffdf086aa8ced5e0d0215ea465ac",
            SighashType.Single, "fef7bd749cce710c5c052bd796df1af0d935e59cea63736268bcbe2d2134fc47",
            "86bf2ed75935a0cbef03b89d72034bb4c189d381037a5ac121a70016db8896ec",
            "304402200de66acf4527789bfda55fc5459e214fa6083f936b430a762c629656216805ac0220396f550692cd347171cbc1ef1f51e15282e837bb2b30860dc77c8f78bc8501e503"
        },
        {
            AnyoneCanPay, AnyoneCanPaySpent, 0, "0063ab68210392972e2eb617b2388771abe27235fd5ac44af8e61693261550447a4c3e39da98ac",
            SighashType.SingleAnyoneCanPay, "e9071e75e25b8a1e298a72f0d2e9f4f95a0f5cdf86a533cda597eb402ed13b3a",
            "f52b3484edd96598e02a9c89c4492e9c1e2031f471c49fd721fe68b3ce37780d",
            "3045022100f6a10b8604e6dc910194b79ccfc93e1bc0ec7c03453caaa8987f7d6c3413566002206216229ede9b4d6ec2d325be245c5b508ff0339bf1794078e20bfe0babc7ffe683"
        },
        {
            AnyoneCanPay, AnyoneCanPaySpent, 1, "68210392972e2eb617b2388771abe27235fd5ac44af8e61693261550447a4c3e39da98ac",
            SighashType.SingleAnyoneCanPay, "cd72f1f1a433ee9df816857fad88d8ebd97e09a75cd481583eb841c330275e54",
            "f52b3484edd96598e02a9c89c4492e9c1e2031f471c49fd721fe68b3ce37780d",
            "30440220032521802a76ad7bf74d0e2c218b72cf0cbc867066e2e53db905ba37f130397e02207709e2188ed7f08f4c952d9d13986da504502b8c3be59617e043552f506c46ff83"
        },
        {
            Six, SixSpent, 0, SixOfSix, SighashType.All, "185c0be5263dce5b4bb50a047973c1b6272bfbd0103a89444597dc40b248ee7c",
            "730fff80e1413068a05b57d6a58261f07551163369787f349438ea38ca80fac6",
            "304402206ac44d672dac41f9b00e28f4df20c52eeb087207e8d758d76d92c6fab3b73e2b0220367750dbbe19290069cba53d096f44530e4f98acaa594810388cf7409a1870ce01"
        },
        {
            Six, SixSpent, 0, SixOfSix, SighashType.None, "e9733bc60ea13c95c6527066bb975a2ff29a925e80aa14c213f686cbae5d2f36",
            "11fa3d25a17cbc22b29c44a484ba552b5a53149d106d3d853e22fdd05a2d8bb3",
            "3044022068c7946a43232757cbdf9176f009a928e1cd9a1a8c212f15c1e11ac9f2925d9002205b75f937ff2f9f3c1246e547e54f62e027f64eefa2695578cc6432cdabce271502"
        },
        {
            Six, SixSpent, 0, SixOfSix, SighashType.Single, "1e1f1c303dc025bd664acb72e583e933fae4cff9148bf78c157d1e8f78530aea",
            "77bf4141a87d55bdd7f3cd0bdccf6e9e642935fec45f2f30047be7b799120661",
            "3044022059ebf56d98010a932cf8ecfec54c48e6139ed6adb0728c09cbe1e4fa0915302e022007cd986c8fa870ff5d2b3a89139c9fe7e499259875357e20fcbb15571c76795403"
        },
        {
            Six, SixSpent, 0, SixOfSix, SighashType.AllAnyoneCanPay, "2a67f03e63a6a422125878b40b82da593be8d4efaafe88ee528af6e5a9955c6e",
            "14af36970f5025ea3e8b5542c0f8ebe7763e674838d08808896b63c3351ffe49",
            "3045022100fbefd94bd0a488d50b79102b5dad4ab6ced30c4069f1eaa69a4b5a763414067e02203156c6a5c9cf88f91265f5a942e96213afae16d83321c8b31bb342142a14d16381"
        },
        {
            Six, SixSpent, 0, SixOfSix, SighashType.NoneAnyoneCanPay, "781ba15f3779d5542ce8ecb5c18716733a5ee42a6f51488ec96154934e2c890a",
            "fe9a95c19eef81dde2b95c1284ef39be497d128e2aa46916fb02d552485e0323",
            "3045022100a5263ea0553ba89221984bd7f0b13613db16e7a70c549a86de0cc0444141a407022005c360ef0ae5a5d4f9f2f87a56c1546cc8268cab08c73501d6b3be2e1e1a8a0882"
        },
        {
            Six, SixSpent, 0, SixOfSix, SighashType.SingleAnyoneCanPay, "511e8e52ed574121fc1b654970395502128263f62662e076dc6baf05c2e6a99b",
            "428a7aee9f0c2af0cd19af3cf1c78149951ea528726989b2e83e4778d2c3f890",
            "30440220525406a1482936d5a21888260dc165497a90a15669636d8edca6b9fe490d309c022032af0c646a34a44d1f4576bf6a4a74b67940f8faa84c7df9abe12a01a11e2b4783"
        },
    };

    private const string Wpkh =
        "01000000000102fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f00000000494830450221008b9d1dc26ba6a9cb62127b02742fa9d754cd3beb"
        + "f337f7a55d114c8e5cdd30be022040529b194ba3f9281a99f2b1c0a19c0489bc22ede944ccf4ecbab4cc618ef3ed01eeffffffef51e1b804cc89d182d279655c3aa89e815b1b"
        + "309fe287d9b2b55d57b90ec68a0100000000ffffffff02202cb206000000001976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac9093510d000000001976a9143b"
        + "de42dbee7e4dbe6a21b2d50ce2f0167faa815988ac000247304402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a0220573a954c45183315"
        + "61406f90300e8f3358f51928d43c212a8caed02de67eebee0121025476c2e83188368da1ff3e292e7acafcdb3566bb0ad253f62fc70f07aeee635711000000";

    private const string NestedWpkh =
        "01000000000101db6b1b20aa0fd7b23880be2ecbd4a98130974cf4748fb66092ac4d3ceb1a5477010000001716001479091972186c449eb1ded22b78e40d009bdf0089feffff"
        + "ff02b8b4eb0b000000001976a914a457b684d7f0d539a46a45bbc043f35b59d0d96388ac0008af2f000000001976a914fd270b1ee6abcaea97fea7ad0402e8bd8ad6d77c88ac"
        + "02473044022047ac8e878352d3ebbde1c94ce3a10d057c24175747116f8288e5d794d12d482f0220217f36a485cae903c713331d877c1f64677e3622ad4010726870540656fe"
        + "9dcb012103ad1d8e89212f0b92c74d23bb710c00662ad1470198ac48c43f7d6f93a2a2687392040000";

    private const string WshSeparatorSpent =
        "156250000:21036d5c20fa14fb2f635474c1dc4ef5909d4568e5569b79fc94d3448486e14685f8ac "
        + "4900000000:00205d1b56b63d714eebe542309525f484b7e9d6f686b3781b6f61ef925d66d6f6a0";

    private const string WshSeparator =
        "01000000000102fe3dc9208094f3ffd12645477b3dc56f60ec4fa8e6f5d67c565d1c6b9216b36e000000004847304402200af4e47c9b9629dbecc21f73af989bdaa911f7e6f6"
        + "c2e9394588a3aa68f81e9902204f3fcf6ade7e5abb1295b6774c8e0abd94ae62217367096bc02ee5e435b67da201ffffffff0815cf020f013ed6cf91d29f4202e8a58726b1ac"
        + "6c79da47c23d1bee0a6925f80000000000ffffffff0100f2052a010000001976a914a30741f8145e5acadf23f751864167f32e0963f788ac000347304402200de66acf452778"
        + "9bfda55fc5459e214fa6083f936b430a762c629656216805ac0220396f550692cd347171cbc1ef1f51e15282e837bb2b30860dc77c8f78bc8501e503473044022027dc95ad6b"
        + "740fe5129e7e62a75dd00f291a2aeb1200b84b09d9e3789406b6c002201a9ecd315dd6a0e632ab20bbb98948bc0c6fb204f2c286963bb48517a7058e27034721026dccc749ad"
        + "c2a9d0d89497ac511f760f45c47dc5ed9cf352a58ac706453880aeadab210255a9626aebf5e29c0e6538428ba0d1dcf6ca98ffdf086aa8ced5e0d0215ea465ac00000000";

    private const string AnyoneCanPaySpent =
        "16777215:0020ba468eea561b26301e4cf69fa34bde4ad60c81e70f059f045ca9a79931004a4d "
        + "16777215:0020d9bbfbe56af7c4b7f960a70d7ea107156913d9e5a26b0a71429df5e097ca6537";

    private const string AnyoneCanPay =
        "01000000000102e9b542c5176808107ff1df906f46bb1f2583b16112b95ee5380665ba7fcfc0010000000000ffffffff80e68831516392fcd100d186b3c2c7b95c80b53c77e7"
        + "7c35ba03a66b429a2a1b0000000000ffffffff0280969800000000001976a914de4b231626ef508c9a74a8517e6783c0546d6b2888ac80969800000000001976a9146648a8cd"
        + "4531e1ec47f35916de8e259237294d1e88ac02483045022100f6a10b8604e6dc910194b79ccfc93e1bc0ec7c03453caaa8987f7d6c3413566002206216229ede9b4d6ec2d325"
        + "be245c5b508ff0339bf1794078e20bfe0babc7ffe683270063ab68210392972e2eb617b2388771abe27235fd5ac44af8e61693261550447a4c3e39da98ac0247304402200325"
        + "21802a76ad7bf74d0e2c218b72cf0cbc867066e2e53db905ba37f130397e02207709e2188ed7f08f4c952d9d13986da504502b8c3be59617e043552f506c46ff83275163ab68"
        + "210392972e2eb617b2388771abe27235fd5ac44af8e61693261550447a4c3e39da98ac00000000";

    private const string SixSpent = "987654321:a9149993a429037b5d912407a71c252019287b8d27a587";

    private const string Six =
        "0100000000010136641869ca081e70f394c6948e8af409e18b619df2ed74aa106c1ca29787b96e0100000023220020a16b5755f7f6f96dbd65f5f0d6ab9418b89af4b1f14a1b"
        + "b8a09062c35f0dcb54ffffffff0200e9a435000000001976a914389ffce9cd9ae88dcc0631e88a821ffdbe9bfe2688acc0832f05000000001976a9147480a33f950689af511e"
        + "6e84c138dbbd3c3ee41588ac080047304402206ac44d672dac41f9b00e28f4df20c52eeb087207e8d758d76d92c6fab3b73e2b0220367750dbbe19290069cba53d096f44530e"
        + "4f98acaa594810388cf7409a1870ce01473044022068c7946a43232757cbdf9176f009a928e1cd9a1a8c212f15c1e11ac9f2925d9002205b75f937ff2f9f3c1246e547e54f62"
        + "e027f64eefa2695578cc6432cdabce271502473044022059ebf56d98010a932cf8ecfec54c48e6139ed6adb0728c09cbe1e4fa0915302e022007cd986c8fa870ff5d2b3a8913"
        + "9c9fe7e499259875357e20fcbb15571c76795403483045022100fbefd94bd0a488d50b79102b5dad4ab6ced30c4069f1eaa69a4b5a763414067e02203156c6a5c9cf88f91265"
        + "f5a942e96213afae16d83321c8b31bb342142a14d16381483045022100a5263ea0553ba89221984bd7f0b13613db16e7a70c549a86de0cc0444141a407022005c360ef0ae5a5"
        + "d4f9f2f87a56c1546cc8268cab08c73501d6b3be2e1e1a8a08824730440220525406a1482936d5a21888260dc165497a90a15669636d8edca6b9fe490d309c022032af0c646a"
        + "34a44d1f4576bf6a4a74b67940f8faa84c7df9abe12a01a11e2b4783cf" + SixOfSix + "00000000";

    [Theory]
    [MemberData(nameof(Digests))]
    public void WitnessV0_PrintedExample_HasItsDigestAndSignature(
        string transaction, string spent, int index, string scriptCode, SighashType type, string digest, string privateKey, string signature)
    {
        var context = Context(transaction, spent);
        var own = context.WitnessV0(index, Script.FromHex(scriptCode), type);
        Convert.ToHexStringLower(own).Should().Be(digest);
        using var key = PrivateKey.From(Convert.FromHexString(privateKey));
        Convert.ToHexStringLower(EcdsaSignature.Sign(key, own, type).Span).Should().Be(signature);
    }

    [Theory]
    [InlineData(Wpkh, "625000000:2103c9f4836b9a4f77fc0d81f7bcb01b7f1b35916864b9476c241ce9fc198bd25432ac 600000000:00141d0f172a0ecb48aee1be1f2687d2963ae33f71a1")]
    [InlineData(NestedWpkh, "1000000000:a9144733f37cf4db86fbc2efed2500b4f4e49f31202387")]
    [InlineData(WshSeparator, WshSeparatorSpent)]
    [InlineData(AnyoneCanPay, AnyoneCanPaySpent)]
    [InlineData(Six, SixSpent)]
    public void Verify_PrintedSignedTransaction_UnlocksAndAnyOtherValueDoesNot(string transaction, string spent)
    {
        var context = Context(transaction, spent);
        Convert.ToHexStringLower(context.Transaction.Encode()).Should().Be(transaction);
        for (var i = 0; i < context.Transaction.Inputs.Count; i++)
        {
            ScriptVerifier.Verify(context, i).Should().BeNull();
            if (context.Transaction.Inputs[i].Witness.Count == 0) continue;
            var richer = context.Spent.Select(static output => output with { ValueSat = output.ValueSat + 1 });
            ScriptVerifier.Verify(new(context.Transaction, new([.. richer])), i)!.Code.Should().Be("script.signature", "the digest covers the value");
        }
    }

    [Fact]
    public void Verify_InputsAndOutputsSwapped_StillHoldsForSingleAnyoneCanPay()
    {
        var context = Context(AnyoneCanPay, AnyoneCanPaySpent);
        var swapped = context.Transaction with
        {
            Inputs = new([.. context.Transaction.Inputs.Reverse()]),
            Outputs = new([.. context.Transaction.Outputs.Reverse()]),
        };
        var other = new SighashContext(swapped, new([.. context.Spent.Reverse()]));
        for (var i = 0; i < 2; i++) ScriptVerifier.Verify(other, i).Should().BeNull();
        other = new(swapped with { Outputs = context.Transaction.Outputs }, other.Spent);
        for (var i = 0; i < 2; i++) ScriptVerifier.Verify(other, i)!.Code.Should().Be("script.signature");
    }

    [Theory]
    [InlineData(
        "010000000169c12106097dc2e0526493ef67f21269fe888ef05c7a3a5dacab38e1ac8387f14c1d000000ffffffff0101000000000000000000000000",
        "ad48" + FixedSignature, "71c9cd9b2869b9c70b01b1f0360c148f42dee72297db312638df136f43311f23",
        FixedSignature, "02a9781d66b61fb5a7ef00ac5ad5bc6ffc78be7b44a566e3c87870e1079368df4c")]
    [InlineData(
        "01000000019275cb8d4a485ce95741c013f7c0d28722160008021bb469a11982d47a6628964c1d000000ffffffff0101000000000000000000000000",
        "52af48" + FixedSignature + "48" + OtherSignature + "75", "c1628a1e7c67f14ca0c27c06e4fdeec2e6d1a73c7a91d7c046ff83e835aebb72",
        FixedSignature, "02966f109c54e85d3aee8321301136cedeb9fc710fdef58a9de8a73942f8e567c0")]
    [InlineData(
        "01000000019275cb8d4a485ce95741c013f7c0d28722160008021bb469a11982d47a6628964c1d000000ffffffff0101000000000000000000000000",
        "52af48" + FixedSignature + "48" + OtherSignature + "75", "c1628a1e7c67f14ca0c27c06e4fdeec2e6d1a73c7a91d7c046ff83e835aebb72",
        OtherSignature, "034ffc99dd9a79dd3cb31e2ab3e0b09e0e67db41ac068c625cd1f491576016c84e")]
    public void WitnessV0_SignatureInsideItsScript_IsNotDeletedFromTheCode(string transaction, string script, string digest, string signature, string key)
    {
        var unsigned = BitcoinTransaction.DecodeStripped(Convert.FromHexString(transaction)).Value;
        var context = new SighashContext(unsigned, [new(200_000, OutputScript.WitnessScriptHash(Script.FromHex(script)))]);
        var own = context.WitnessV0(0, Script.FromHex(script), SighashType.All);
        Convert.ToHexStringLower(own).Should().Be(digest);
        var compact = new byte[64];
        Secp256k1.TryParseDer(Convert.FromHexString(signature).AsSpan()[..^1], compact).Should().BeTrue();
        Secp256k1.Verify(Convert.FromHexString(key), own, compact, normalise: true).Should().BeTrue();
    }

    private static SighashContext Context(string transaction, string spent) => new(
        BitcoinTransaction.Decode(Convert.FromHexString(transaction)).Value,
        new([.. spent.Split(' ').Select(static one => one.Split(':')).Select(static parts =>
            new BitcoinOutput(long.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture), Script.FromHex(parts[1])))]));
}
