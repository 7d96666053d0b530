using TPWallet.Domain.Authority;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Packets;

/// <summary>Effects found again, against effects voted on.</summary>
public sealed class BoundsLimitTests
{
    private static readonly TargetCode _code = new(Chain, AddressOf("dex"), PacketRun.Hash("code"), AddressOf("impl"), null);

    private static readonly SpecialEffect _special = new(EffectKind.CodeChange, "a", "x");

    private static readonly EffectBounds _voted = new(
        [new(Chain, AddressOf("hot"), [new(Eth, 10)], [new(Token, 7)])],
        [new(Token, AddressOf("hot"), AddressOf("dex"), 5)],
        [_code],
        [_special]);

    public static TheoryData<string, bool> Cases => new()
    {
        { "the same", true },
        { "less out, more in", true },
        { "fewer allowances and effects", true },
        { "more out", false },
        { "another asset out", false },
        { "out of another address", false },
        { "less in", false },
        { "nothing in", false },
        { "a larger allowance", false },
        { "another spender", false },
        { "another implementation", false },
        { "another target", false },
        { "another effect", false },
    };

    [Theory, MemberData(nameof(Cases))]
    public void Found_AgainstVoted_IsWithinOrNot(string what, bool within)
    {
        var found = Bounds.Normalise(Found(what));
        (BoundsLimit.Exceeded(found, Bounds.Normalise(_voted)) is null).Should().Be(within);
        if (!within) BoundsLimit.Exceeded(found, Bounds.Normalise(_voted))!.Code.Should().Be(RejectionCode.EffectOutOfBounds);
    }

    private static EffectBounds Found(string what) => what switch
    {
        "the same" => _voted,
        "less out, more in" => _voted with { Addresses = [new(Chain, AddressOf("hot"), [new(Eth, 9)], [new(Token, 8)])] },
        "fewer allowances and effects" => _voted with { Allowances = [], Special = [], Targets = [] },
        "more out" => _voted with { Addresses = [new(Chain, AddressOf("hot"), [new(Eth, 11)], [new(Token, 7)])] },
        "another asset out" => _voted with { Addresses = [new(Chain, AddressOf("hot"), [new(Eth, 10), new(Token, 1)], [new(Token, 7)])] },
        "out of another address" => _voted with { Addresses = _voted.Addresses.Add(new(Chain, AddressOf("cold"), [new(Eth, 1)], [])) },
        "less in" => _voted with { Addresses = [new(Chain, AddressOf("hot"), [new(Eth, 10)], [new(Token, 6)])] },
        "nothing in" => _voted with { Addresses = [new(Chain, AddressOf("hot"), [new(Eth, 10)], [])] },
        "a larger allowance" => _voted with { Allowances = [new(Token, AddressOf("hot"), AddressOf("dex"), 6)] },
        "another spender" => _voted with { Allowances = [new(Token, AddressOf("hot"), AddressOf("thief"), 1)] },
        "another implementation" => _voted with { Targets = [_code with { Implementation = AddressOf("evil") }] },
        "another target" => _voted with { Targets = [_code, _code with { Address = AddressOf("other") }] },
        "another effect" => _voted with { Special = [_special with { Kind = EffectKind.Delegation }] },
        _ => throw new UnreachableException(what),
    };
}
