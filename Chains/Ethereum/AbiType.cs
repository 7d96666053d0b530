namespace TPWallet.Chains.Ethereum;

/// <summary>A name and a type: of a function's argument, an event's field (which may be indexed) or a tuple's component.</summary>
public sealed record AbiParameter(AbiType Type, string Name = "", bool Indexed = false);

/// <summary>A type of the contract ABI (Solidity, "Contract ABI Specification").</summary>
public abstract record AbiType
{
    /// <summary>Longest fixed array; longer ones do not fit a transaction.</summary>
    public const int MaxFixedLength = 65_536;

    /// <summary>Deepest nesting of arrays and tuples.</summary>
    public const int MaxDepth = 32;

    internal const int Word = 32;

    private AbiType()
    {
    }

    /// <summary>Whether its encoding has no fixed length, so that it stands behind an offset.</summary>
    public abstract bool IsDynamic { get; }

    /// <summary>Bytes that it takes in the head: 32 for an offset, the whole encoding of a static type.</summary>
    public abstract long HeadLength { get; }

    /// <summary>uint8 … uint256.</summary>
    public sealed record Unsigned(int Bits) : Plain
    {
        public override string ToString() => $"uint{Bits}";
    }

    /// <summary>int8 … int256.</summary>
    public sealed record Signed(int Bits) : Plain
    {
        public override string ToString() => $"int{Bits}";
    }

    public sealed record Bool : Plain
    {
        public override string ToString() => "bool";
    }

    public sealed record Account : Plain
    {
        public override string ToString() => "address";
    }

    /// <summary>bytes1 … bytes32, at the left of its word.</summary>
    public sealed record FixedBytes(int Length) : Plain
    {
        public override string ToString() => $"bytes{Length}";
    }

    /// <summary>An address and a selector: 24 bytes, laid out as bytes24.</summary>
    public sealed record Function : Plain
    {
        public const int Length = 24;

        public override string ToString() => "function";
    }

    public sealed record Bytes : AbiType
    {
        public override bool IsDynamic => true;

        public override long HeadLength => Word;

        public override string ToString() => "bytes";
    }

    public sealed record Text : AbiType
    {
        public override bool IsDynamic => true;

        public override long HeadLength => Word;

        public override string ToString() => "string";
    }

    /// <summary>T[].</summary>
    public sealed record Array(AbiType Element) : AbiType
    {
        public override bool IsDynamic => true;

        public override long HeadLength => Word;

        public override string ToString() => $"{Element}[]";
    }

    /// <summary>T[k], k ≥ 1.</summary>
    public sealed record FixedArray(AbiType Element, int Length) : AbiType
    {
        public override bool IsDynamic => Element.IsDynamic;

        public override long HeadLength => IsDynamic ? Word : checked(Element.HeadLength * Length);

        public override string ToString() => $"{Element}[{Length}]";
    }

    public sealed record Tuple(Items<AbiParameter> Components) : AbiType
    {
        public override bool IsDynamic => Components.Any(static component => component.Type.IsDynamic);

        public override long HeadLength => IsDynamic ? Word : Components.Sum(static component => component.Type.HeadLength);

        public override string ToString() => $"({string.Join(',', Components.Select(static component => component.Type))})";
    }

    /// <summary>A type of one word. Not to be derived from elsewhere.</summary>
    public abstract record Plain : AbiType
    {
        private protected Plain()
        {
        }

        public sealed override bool IsDynamic => false;

        public sealed override long HeadLength => Word;
    }

    /// <summary>Reads a type as it stands in a signature: "uint256", "(address,bytes)[2][]", with or without component names.</summary>
    public static Decoded<AbiType> Parse(string text) => AbiParser.ParseType(text);
}
