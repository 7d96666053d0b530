// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Channel, Lock, State} from "./ChannelTypes.sol";

/// @title EIP-712 struct hashes of what the parties of a channel sign
/// @notice The hash of a struct names no chain and no contract; the domain does, and the state's channel id does it again.
library ChannelHashes {
    bytes32 internal constant STATE_TYPE = keccak256(
        "State(bytes32 channel,uint64 nonce,uint256 depositedA,uint256 depositedB,uint256 withdrawnA,uint256 withdrawnB,"
        "uint256 balanceA,uint256 balanceB,uint256 trimmedA,uint256 trimmedB,uint256 lockedA,uint256 lockedB,"
        "bytes32 locksA,bytes32 locksB)"
    );
    bytes32 internal constant LOCK_TYPE = keccak256("Lock(uint8 index,uint128 amount,uint64 expiry,uint8 kind,bytes32 target)");
    bytes32 internal constant CLOSE_TYPE = keccak256("Close(bytes32 state,uint64 expiry)");
    bytes32 internal constant WITHDRAWAL_TYPE = keccak256("Withdrawal(bytes32 channel,address party,uint128 total,uint64 expiry)");
    bytes32 internal constant PULL_TYPE = keccak256("Pull(address token,address to,uint128 amount,uint64 pulls,uint64 expiry)");

    /// @notice The id of a channel of a contract on a chain: keccak256(abi.encode(chain, manager, a, b, token, counter)).
    /// @dev Words are hashed as the caller sent them. One with dirty high bits gives an id that no channel has.
    /// @param channel Its constant facts.
    /// @param manager The contract that holds it.
    /// @param chain The EIP-155 id of the chain.
    /// @return result The id.
    function id(Channel calldata channel, address manager, uint256 chain) internal pure returns (bytes32 result) {
        // By hand, since abi.encode checks each word and copies it by itself: a tenth of what a challenge takes.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let words := mload(0x40)
            mstore(words, chain)
            mstore(add(words, 32), manager)
            calldatacopy(add(words, 64), channel, 128)
            result := keccak256(words, 192)
        }
    }

    /// @notice The struct hash of a state of a channel: keccak256(abi.encode(STATE_TYPE, channel, state)).
    /// @dev Words are hashed as the caller sent them. High bits that do not belong to their type are refused where the fields are read.
    /// @param state The state.
    /// @param channel The channel's id.
    /// @return result The struct hash.
    function hash(State calldata state, bytes32 channel) internal pure returns (bytes32 result) {
        bytes32 typeHash = STATE_TYPE;
        // By hand, since abi.encode checks each word and copies it by itself: a tenth of what a challenge takes.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let words := mload(0x40)
            mstore(words, typeHash)
            mstore(add(words, 32), channel)
            calldatacopy(add(words, 64), state, 416)
            result := keccak256(words, 480)
        }
    }

    /// @notice The leaf of a lock. Six words: no inner node of a tree, which is two, can be read as one.
    /// @param lock The lock.
    /// @return Its struct hash.
    function leaf(Lock calldata lock) internal pure returns (bytes32) {
        return keccak256(abi.encode(LOCK_TYPE, lock));
    }

    /// @notice The struct hash of a party's demand to close with a state.
    /// @param state The state's struct hash.
    /// @param expiry Last second at which the demand is good.
    /// @return The struct hash.
    function close(bytes32 state, uint64 expiry) internal pure returns (bytes32) {
        return keccak256(abi.encode(CLOSE_TYPE, state, expiry));
    }

    /// @notice The struct hash of both parties' leave for one of them to have withdrawn a total.
    /// @param channel The channel's id.
    /// @param party Who withdraws.
    /// @param total All that it will have withdrawn.
    /// @param expiry Last second at which it is good.
    /// @return The struct hash.
    function withdrawal(bytes32 channel, address party, uint128 total, uint64 expiry) internal pure returns (bytes32) {
        return keccak256(abi.encode(WITHDRAWAL_TYPE, channel, party, total, expiry));
    }

    /// @notice The struct hash of a party's order to pay out of its credit.
    /// @param token In which token.
    /// @param to Where to.
    /// @param amount Base units.
    /// @param pulls How often the party has pulled in this token before: it makes the order good for one time.
    /// @param expiry Last second at which it is good.
    /// @return The struct hash.
    function pull(address token, address to, uint128 amount, uint64 pulls, uint64 expiry) internal pure returns (bytes32) {
        return keccak256(abi.encode(PULL_TYPE, token, to, amount, pulls, expiry));
    }
}
