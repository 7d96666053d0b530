// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice One of the two parties. A is the one with the lower address.
enum Side {
    A,
    B
}

/// @notice What opens a lock: the SHA-256 preimage of a hash, or the discrete logarithm of a secp256k1 point.
enum LockKind {
    Hash,
    Point
}

/// @notice A channel's constant facts. They are not stored: a caller names them and they are hashed into the channel's id.
/// @param a Party A's channel key as an address; lower than b.
/// @param b Party B's channel key as an address.
/// @param token The ERC-20 token of the channel.
/// @param counter The value of the contract's open counter, from 1.
struct Channel {
    address a;
    address b;
    address token;
    uint64 counter;
}

/// @notice A state of a channel as both parties sign it. Amounts are in the token's base units.
/// @param nonce Rises with every state. 0 is the state before any was signed; the largest means that both agreed on the end.
/// @param depositedA All that A had deposited, ever, when the state was made.
/// @param depositedB All that B had deposited.
/// @param withdrawnA All that A had withdrawn, ever, or was signed to withdraw.
/// @param withdrawnB All that B had withdrawn or was signed to withdraw.
/// @param balanceA What is A's.
/// @param balanceB What is B's.
/// @param trimmedA Sum of A's locks too small to be claimed on chain: here they are A's.
/// @param trimmedB Sum of B's locks too small to be claimed on chain: here they are B's.
/// @param lockedA Sum of the locks that A offers to B.
/// @param lockedB Sum of the locks that B offers to A.
/// @param locksA Merkle root over the locks that A offers to B.
/// @param locksB Merkle root over the locks that B offers to A.
struct State {
    uint64 nonce;
    uint256 depositedA;
    uint256 depositedB;
    uint256 withdrawnA;
    uint256 withdrawnB;
    uint256 balanceA;
    uint256 balanceB;
    uint256 trimmedA;
    uint256 trimmedB;
    uint256 lockedA;
    uint256 lockedB;
    bytes32 locksA;
    bytes32 locksB;
}

/// @notice A conditional payment inside a state: a leaf of one of its two trees.
/// @param index Its place among the locks of its offerer, 0 to 29; each place is paid once.
/// @param amount In the token's base units.
/// @param expiry Last second (block.timestamp) at which its secret may be registered.
/// @param kind How the target is to be read.
/// @param target SHA-256 of the preimage; or the address (Keccak-256) of the point, as a number.
struct Lock {
    uint8 index;
    uint128 amount;
    uint64 expiry;
    LockKind kind;
    bytes32 target;
}

/// @notice One lock to resolve.
/// @param offerer Whose lock it is.
/// @param lock The leaf.
/// @param proof Sister hashes from the leaf up to the offerer's root, pairs in ascending order (OpenZeppelin's MerkleProof).
struct Claim {
    Side offerer;
    Lock lock;
    bytes32[] proof;
}

/// @notice A secp256k1 signature in the 64 bytes of EIP-2098.
/// @param r The x coordinate.
/// @param vs s with the parity of y in its highest bit.
struct Signature {
    bytes32 r;
    bytes32 vs;
}
