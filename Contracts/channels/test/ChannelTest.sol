// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ChannelManager} from "../src/ChannelManager.sol";
import {Channel, Lock, LockKind, Side, Signature, State} from "../src/ChannelTypes.sol";
import {Tree} from "./Tree.sol";
import {PlainToken} from "./tokens/PlainToken.sol";
import {VM} from "./IVm.sol";

/// @notice What the tests share: a contract, a token, two keys, and the shortest way to sign and send.
abstract contract ChannelTest {
    uint48 internal constant WINDOW = 1 days;
    uint128 internal constant FLOOR = 5;
    uint128 internal constant CAP = 40;
    uint64 internal constant NEVER = type(uint64).max;
    uint48 internal constant START = 1_800_000_000;

    address internal constant OWNER = address(0x0123);
    address internal constant FUNDER = address(0xF00D);
    address internal constant TOWER = address(0x7033E5);
    address internal constant PAYEE = address(0xBEEF);

    ChannelManager internal manager;
    PlainToken internal token;
    uint256 internal keyA = 0xA11CE;
    uint256 internal keyB = 0xB0B;
    address internal a;
    address internal b;

    function setUp() public virtual {
        VM.warp(START);
        if (VM.addr(keyA) > VM.addr(keyB)) (keyA, keyB) = (keyB, keyA);
        (a, b) = (VM.addr(keyA), VM.addr(keyB));
        manager = new ChannelManager(OWNER, WINDOW, 1 hours, 1 hours, 1 hours);
        token = new PlainToken();
        _list(token);
    }

    function _list(PlainToken listed) internal {
        VM.prank(OWNER);
        manager.allow(address(listed), FLOOR, CAP);
        _fund(listed, 1e12);
    }

    function _fund(PlainToken funded, uint256 amount) internal {
        funded.mint(FUNDER, amount);
        VM.prank(FUNDER);
        funded.approve(address(manager), type(uint256).max);
    }

    // ---- channels

    /// @notice A channel with both deposits.
    function _open(PlainToken coin, uint120 depositA, uint120 depositB) internal returns (Channel memory channel) {
        channel = _next(coin);
        VM.startPrank(FUNDER);
        manager.open(a, b, address(coin), depositA);
        if (depositB != 0) manager.topUp(channel, b, depositB);
        VM.stopPrank();
    }

    function _open(uint120 depositA, uint120 depositB) internal returns (Channel memory) {
        return _open(token, depositA, depositB);
    }

    /// @notice The channel that the next open makes.
    function _next(PlainToken coin) internal view returns (Channel memory) {
        return Channel({a: a, b: b, token: address(coin), counter: manager.opened() + 1});
    }

    function _id(Channel memory channel) internal view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, manager, channel));
    }

    /// @notice A state over the channel's present totals, without locks.
    function _state(Channel memory channel, uint64 nonce, uint128 balanceA) internal view returns (State memory state) {
        ChannelManager.Record memory record = manager.records(_id(channel));
        state.nonce = nonce;
        (state.depositedA, state.depositedB) = (record.fundsA, record.fundsB);
        (state.withdrawnA, state.withdrawnB) = (record.withdrawnA, record.withdrawnB);
        state.balanceA = balanceA;
        state.balanceB = uint256(record.fundsA) + record.fundsB - record.withdrawnA - record.withdrawnB - balanceA;
    }

    // ---- signatures

    function _sign(uint256 key, bytes32 digest) internal pure returns (Signature memory) {
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(key, digest);
        return Signature({r: r, vs: bytes32(uint256(s) | (uint256(v - 27) << 255))});
    }

    function _sign(uint256 key, Channel memory channel, State memory state) internal view returns (Signature memory) {
        return _sign(key, manager.stateDigest(_id(channel), state));
    }

    function _none() internal pure returns (Signature memory signature) {}

    // ---- calls

    /// @notice A unilateral close by A, relayed, with the state that B signed.
    function _close(Channel memory channel, State memory state) internal {
        bytes32 hash = manager.stateHash(_id(channel), state);
        Signature memory demand = _sign(keyA, manager.closeDigest(hash, NEVER));
        Signature memory peer = _sign(keyB, channel, state);
        manager.close(channel, state, Side.A, NEVER, demand, peer);
    }

    function _challenge(Channel memory channel, State memory state) internal {
        (Signature memory one, Signature memory two) = (_sign(keyA, channel, state), _sign(keyB, channel, state));
        VM.prank(TOWER);
        manager.challenge(channel, state, one, two);
    }

    function _settle(Channel memory channel, State memory state) internal {
        VM.warp(manager.records(_id(channel)).closesAt);
        manager.settle(channel, state);
    }

    function _withdraw(Channel memory channel, address party, uint128 total) internal {
        bytes32 digest = manager.withdrawalDigest(_id(channel), party, total, NEVER);
        (Signature memory one, Signature memory two) = (_sign(keyA, digest), _sign(keyB, digest));
        manager.withdraw(channel, party, total, NEVER, one, two);
    }

    function _pull(address party, PlainToken coin, address to, uint128 amount) internal {
        VM.prank(party);
        manager.pull(party, address(coin), to, amount, 0, _none());
    }

    // ---- what is known

    function _creditOf(address party, PlainToken coin) internal view returns (uint256 credit) {
        (credit,) = manager.accounts(party, address(coin));
    }

    function _owed(PlainToken coin) internal view returns (uint256 owed) {
        (, owed,,) = manager.tokens(address(coin));
    }

    function _assertCredits(uint256 creditA, uint256 creditB) internal view {
        VM.assertEq(_creditOf(a, token), creditA, "credit of A");
        VM.assertEq(_creditOf(b, token), creditB, "credit of B");
    }

    function _assertGone(Channel memory channel) internal view {
        VM.assertEq(keccak256(abi.encode(manager.records(_id(channel)))), keccak256(new bytes(352)), "the record is not gone");
    }

    // ---- locks

    function _hashLock(uint8 index, uint128 amount, uint64 expiry, bytes32 preimage) internal pure returns (Lock memory) {
        return Lock({index: index, amount: amount, expiry: expiry, kind: LockKind.Hash, target: sha256(abi.encode(preimage))});
    }

    /// @notice Moves locks from the offerers' balances into the state.
    function _withLocks(State memory state, Lock[] memory locksA, Lock[] memory locksB) internal view returns (State memory) {
        for (uint256 i = 0; i < locksA.length; ++i) {
            state.lockedA += locksA[i].amount;
        }
        for (uint256 i = 0; i < locksB.length; ++i) {
            state.lockedB += locksB[i].amount;
        }
        (state.balanceA, state.balanceB) = (state.balanceA - state.lockedA, state.balanceB - state.lockedB);
        (state.locksA, state.locksB) = (Tree.root(_leaves(locksA)), Tree.root(_leaves(locksB)));
        return state;
    }

    function _leaves(Lock[] memory locks) internal view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](locks.length);
        for (uint256 i = 0; i < locks.length; ++i) {
            leaves[i] = manager.lockLeaf(locks[i]);
        }
    }

    function _proof(Lock[] memory locks, uint256 position) internal view returns (bytes32[] memory) {
        return Tree.proof(_leaves(locks), position);
    }
}
