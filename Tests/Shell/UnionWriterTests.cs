using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Tests.Shell;

/// <summary>The shell's writer says the bytes that the union's own contract says: rows and fingerprints must not change with the way they are written.</summary>
public sealed class UnionWriterTests
{
    public static TheoryData<Shape> Shapes => new(new Shape.Nothing(), new Shape.Text("a \"quoted\" é"), new Shape.Number(0), new Shape.Nested(new Shape.Nothing(), [1, 2]));

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Write_AnyMember_IsWhatTheUnionWrites(Shape shape)
    {
        var union = (JsonTypeInfo<Shape>)new JsonSerializerOptions { TypeInfoResolver = new DefaultJsonTypeInfoResolver() }.GetTypeInfo(typeof(Shape));

        Encoding.UTF8.GetString(new UnionWriter<Shape>(union).Write(shape)).Should().Be(JsonSerializer.Serialize(shape, union));
    }

    [Fact]
    public void Write_CommandOfAnAccount_HasTheCanonicalFingerprint()
    {
        var union = ContractJson.Default.AccountCommand;
        AccountCommand command = new AccountCommand.ReceiveTransfer(
            Guid.Parse("11111111-2222-3333-4444-555555555555"), new(new(new(Bytes32.Zero), "packet"), "leg"), new(Bytes32.Zero),
            new(AssetId.Native(ChainId.Evm(1)), 7));

        Canonical.Fingerprint(new UnionWriter<AccountCommand>(union).Write(command)).Should().Be(Canonical.Fingerprint(command, union));
    }

    [JsonPolymorphic(TypeDiscriminatorPropertyName = "shape")]
    [JsonDerivedType(typeof(Nothing), "nothing")]
    [JsonDerivedType(typeof(Text), "text\"é")]
    [JsonDerivedType(typeof(Number), "number")]
    [JsonDerivedType(typeof(Nested), "nested")]
    public abstract record Shape
    {
        public sealed record Nothing : Shape;

        public sealed record Text(string Value) : Shape;

        public sealed record Number(int Value) : Shape;

        public sealed record Nested(Shape Inside, int[] Values) : Shape;
    }
}
