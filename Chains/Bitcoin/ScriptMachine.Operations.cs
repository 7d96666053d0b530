using System.Security.Cryptography;
using TPWallet.Crypto;

namespace TPWallet.Chains.Bitcoin;

/// <content>Stack, arithmetic and hashes.</content>
internal sealed partial class ScriptMachine
{
    private bool ExecuteStack(byte opcode)
    {
        switch (opcode)
        {
            case Op.Nop: break;
            case Op.ToAltStack: if (Pop() is { } aside) _alternative.Add(aside); break;
            case Op.FromAltStack: FromAlternative(); break;
            case Op.Drop2: _ = Pop(); _ = Pop(); break;
            case Op.Dup2: Copy(2, 2); break;
            case Op.Dup3: Copy(3, 3); break;
            case Op.Over2: Copy(4, 2); break;
            case Op.Rot2: Move(6, 2); break;
            case Op.Swap2: Move(4, 2); break;
            case Op.IfDup: if (Demand(1) && IsTrue(Stack[^1])) Copy(1, 1); break;
            case Op.Depth: Push(Stack.Count); break;
            case Op.Drop: _ = Pop(); break;
            case Op.Dup: Copy(1, 1); break;
            case Op.Nip: if (Demand(2)) Stack.RemoveAt(Stack.Count - 2); break;
            case Op.Over: Copy(2, 1); break;
            case Op.Pick or Op.Roll: PickOrRoll(opcode); break;
            case Op.Rot: Move(3, 1); break;
            case Op.Swap: Move(2, 1); break;
            case Op.Tuck: if (Demand(2)) Stack.Insert(Stack.Count - 2, Stack[^1]); break;
            case Op.Size: if (Demand(1)) Push(Stack[^1].Length); break;
            default: return false;
        }

        return true;
    }

    private void FromAlternative()
    {
        if (_alternative.Count == 0)
        {
            Fail("script.stack-empty", "an item aside", "none");
            return;
        }

        Stack.Add(_alternative[^1]);
        _alternative.RemoveAt(_alternative.Count - 1);
    }

    /// <summary>Puts copies of items on top, the first of them this far down.</summary>
    private void Copy(int depth, int count)
    {
        if (Demand(depth)) Stack.AddRange(Stack.GetRange(Stack.Count - depth, count));
    }

    /// <summary>Moves items to the top, the first of them this far down.</summary>
    private void Move(int depth, int count)
    {
        if (!Demand(depth)) return;
        var moved = Stack.GetRange(Stack.Count - depth, count);
        Stack.RemoveRange(Stack.Count - depth, count);
        Stack.AddRange(moved);
    }

    private void PickOrRoll(byte opcode)
    {
        if (!Demand(2) || PopNumber() is not { } depth) return;
        if (depth < 0 || depth >= Stack.Count) Fail("script.stack-empty", $"an item {depth} down", $"{Stack.Count} items");
        else if (opcode == Op.Pick) Copy((int)depth + 1, 1);
        else Move((int)depth + 1, 1);
    }

    private bool ExecuteArithmetic(byte opcode)
    {
        switch (opcode)
        {
            case Op.Add1 or Op.Sub1 or Op.Negate or Op.Abs or Op.Not or Op.NotEqual0:
                if (PopNumber() is { } single) Push(Unary(opcode, single));
                return true;
            case Op.Within:
                if (PopNumber() is { } most && PopNumber() is { } least && PopNumber() is { } value) Push(least <= value && value < most);
                return true;
            case >= Op.BoolAnd and <= Op.Max or Op.Add or Op.Sub:
                if (PopNumber() is { } right && PopNumber() is { } left) Push(Binary(opcode, left, right));
                if (opcode == Op.NumEqualVerify) VerifyTop();
                return true;
            default:
                return false;
        }
    }

    private static long Unary(byte opcode, long value) => opcode switch
    {
        Op.Add1 => value + 1,
        Op.Sub1 => value - 1,
        Op.Negate => -value,
        Op.Abs => Math.Abs(value),
        Op.Not => value == 0 ? 1 : 0,
        _ => value != 0 ? 1 : 0,
    };

    private static long Binary(byte opcode, long left, long right) => opcode switch
    {
        Op.Add => left + right,
        Op.Sub => left - right,
        Op.Min => Math.Min(left, right),
        Op.Max => Math.Max(left, right),
        _ => Compare(opcode, left, right) ? 1 : 0,
    };

    private static bool Compare(byte opcode, long left, long right) => opcode switch
    {
        Op.BoolAnd => left != 0 && right != 0,
        Op.BoolOr => left != 0 || right != 0,
        Op.NumEqual or Op.NumEqualVerify => left == right,
        Op.NumNotEqual => left != right,
        Op.LessThan => left < right,
        Op.GreaterThan => left > right,
        Op.LessThanOrEqual => left <= right,
        _ => left >= right,
    };

    private bool ExecuteHash(byte opcode)
    {
        if (opcode is < Op.Ripemd160 or > Op.Hash256) return false;
        if (Pop() is not { } item) return true;
        Stack.Add(opcode switch
        {
            Op.Ripemd160 => Ripemd160.Hash(item),
#pragma warning disable CA5350 // Consensus asks for SHA-1 here; nothing relies on its collision resistance.
            Op.Sha1 => SHA1.HashData(item),
#pragma warning restore CA5350
            Op.Sha256 => SHA256.HashData(item),
            Op.Hash160 => Hash160.Hash(item),
            _ => Hash256.Hash(item),
        });
        return true;
    }

    private void VerifyTop()
    {
        if (Pop() is { } item && !IsTrue(item)) Fail("script.verify", "true", "false");
    }
}
