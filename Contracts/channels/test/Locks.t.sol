// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ChannelManager} from "../src/ChannelManager.sol";
import {Channel, Claim, Lock, LockKind, Side, Signature, State} from "../src/ChannelTypes.sol";
import {SecretRegistry} from "../src/SecretRegistry.sol";
import {ChannelTest} from "./ChannelTest.sol";
import {VM} from "./IVm.sol";

/// @notice The registry of secrets, and locks by Merkle proof.
contract LocksTest is ChannelTest {
    uint64 private constant EXPIRY = START + 10 days;

    Channel private _channel;
    bytes32 private _channelId;

    function setUp() public override {
        super.setUp();
        _channel = _open(600, 400);
        _channelId = _id(_channel);
    }

    // ---- registry

    function test_registerPreimages_keepsTheFirstTime_andTellsTheSecret() external {
        bytes32 secret = "one";
        bytes32 target = sha256(abi.encode(secret));
        VM.expectEmit(true, true, true, true, address(manager));
        emit SecretRegistry.Registered(LockKind.Hash, target, secret);
        _register(secret);
        VM.assertEq(manager.registeredAt(LockKind.Hash, target), START, "time");
        VM.warp(START + 5);
        _register(secret);
        VM.assertEq(manager.registeredAt(LockKind.Hash, target), START, "first time");
        VM.assertEq(manager.registeredAt(LockKind.Point, target), 0, "kinds are apart");
    }

    function test_registerScalars_registersThePoint() external {
        uint256[] memory scalars = new uint256[](2);
        (scalars[0], scalars[1]) = (1, keyA);
        manager.registerScalars(scalars);
        VM.assertEq(manager.registeredAt(LockKind.Point, _point(1)), START, "1");
        VM.assertEq(manager.registeredAt(LockKind.Point, bytes32(uint256(uint160(a)))), START, "A's key");
    }

    function test_pointOf_isTheAddressOfTheKey(uint256 scalar) external view {
        scalar = 1 + scalar % 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364140;
        VM.assertEq(manager.pointOf(scalar), VM.addr(scalar), "address");
    }

    function test_pointOf_outOfRange_isRefused() external {
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        uint256[3] memory scalars = [0, order, type(uint256).max];
        for (uint256 i = 0; i < 3; ++i) {
            VM.expectRevert(abi.encodeWithSelector(SecretRegistry.ScalarOutOfRange.selector, scalars[i]));
            manager.pointOf(scalars[i]);
        }
    }

    // ---- who a lock pays

    function test_resolve_registeredByTheExpiry_paysThePeer_wheneverItSettles() external {
        (State memory state, Lock[] memory locks) = _settled(Side.A, 1);
        VM.warp(EXPIRY);
        _register(_preimage(0));
        VM.warp(EXPIRY + 100 days);
        _resolveOne(state, Side.A, locks, 0);
        _assertCredits(600 - 10, 410);
        _assertGone(_channel);
    }

    function test_resolve_registeredOneSecondLate_paysTheOfferer() external {
        (State memory state, Lock[] memory locks) = _settled(Side.A, 1);
        VM.warp(EXPIRY + 1);
        _register(_preimage(0));
        _resolveOne(state, Side.A, locks, 0);
        _assertCredits(600, 400);
    }

    function test_resolve_neverRegistered_paysTheOffererAfterTheExpiryOnly() external {
        (State memory state, Lock[] memory locks) = _settled(Side.B, 1);
        VM.warp(EXPIRY);
        Claim[] memory claims = _claims(Side.B, locks, 0, 1);
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.LockPending.selector, 0, EXPIRY));
        manager.resolve(_channel, state, claims);
        VM.warp(EXPIRY + 1);
        manager.resolve(_channel, state, claims);
        _assertCredits(600, 400);
        _assertGone(_channel);
    }

    function test_resolve_byPoint_paysForTheScalar() external {
        Lock[] memory locks = new Lock[](1);
        locks[0] = Lock({index: 3, amount: 50, expiry: EXPIRY, kind: LockKind.Point, target: _point(0xC0FFEE)});
        State memory state = _withLocks(_state(_channel, 1, 600), new Lock[](0), locks);
        _close(_channel, state);
        _settle(_channel, state);
        uint256[] memory scalars = new uint256[](1);
        scalars[0] = 0xC0FFEE;
        manager.registerScalars(scalars);
        _resolveOne(state, Side.B, locks, 0);
        _assertCredits(650, 350);
    }

    function test_resolve_belowTheFloor_paysTheOffererAtOnce() external {
        Lock[] memory locks = new Lock[](1);
        locks[0] = _hashLock(0, FLOOR - 1, EXPIRY, _preimage(0));
        State memory state = _withLocks(_state(_channel, 1, 600), locks, new Lock[](0));
        _register(_preimage(0));
        _close(_channel, state);
        _settle(_channel, state);
        _resolveOne(state, Side.A, locks, 0);
        _assertCredits(600, 400);
    }

    function test_resolve_bothWays_inParts_keepsTheRest() external {
        Lock[] memory offeredByA = _locks(3);
        Lock[] memory offeredByB = _locks(2);
        State memory state = _withLocks(_state(_channel, 1, 600), offeredByA, offeredByB);
        _close(_channel, state);
        _settle(_channel, state);
        _assertCredits(600 - 33, 400 - 21);
        _register(_preimage(0));
        _resolveOne(state, Side.A, offeredByA, 0);
        ChannelManager.Record memory record = manager.records(_channelId);
        VM.assertEq(record.fundsA, 23, "left of A's");
        VM.assertEq(record.fundsB, 21, "left of B's");
        VM.assertEq(record.resolved, 1, "bits");
        _resolveOne(state, Side.B, offeredByB, 0);
        VM.assertEq(manager.records(_channelId).resolved, 1 | 1 << 32, "bits");
        VM.warp(EXPIRY + 1);
        manager.resolve(_channel, state, _claims(Side.A, offeredByA, 0, 3));
        VM.assertEq(manager.records(_channelId).fundsA, 0, "left of A's");
        manager.resolve(_channel, state, _claims(Side.B, offeredByB, 0, 2));
        // The first of each went to the peer, all others back.
        _assertCredits(600 - 10 + 10, 400 - 10 + 10);
        _assertGone(_channel);
    }

    function test_resolve_again_changesNothing() external {
        (State memory state, Lock[] memory locks) = _settled(Side.A, 2);
        _register(_preimage(0));
        _resolveOne(state, Side.A, locks, 0);
        _resolveOne(state, Side.A, locks, 0);
        _assertCredits(600 - 21, 410);
        VM.assertEq(manager.records(_channelId).fundsA, 11, "left");
    }

    // ---- refusals

    function test_resolve_beforeSettling_isRefused() external {
        Lock[] memory locks = _locks(1);
        State memory state = _withLocks(_state(_channel, 1, 600), locks, new Lock[](0));
        _close(_channel, state);
        Claim[] memory claims = _claims(Side.A, locks, 0, 1);
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.NotSettled.selector, _channelId));
        manager.resolve(_channel, state, claims);
    }

    function test_resolve_withAnotherState_isRefused() external {
        (State memory state, Lock[] memory locks) = _settled(Side.A, 1);
        Claim[] memory claims = _claims(Side.A, locks, 0, 1);
        bytes32 expected = manager.stateHash(_channelId, state);
        state.nonce = 2;
        bytes32 actual = manager.stateHash(_channelId, state);
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.WrongState.selector, expected, actual));
        manager.resolve(_channel, state, claims);
    }

    function test_resolve_notInTheTree_isRefused() external {
        (State memory state, Lock[] memory locks) = _settled(Side.A, 2);
        _register(_preimage(0));
        Claim[] memory claims = _claims(Side.A, locks, 0, 1);
        claims[0].lock.amount = 11;
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.NotInTree.selector, 0));
        manager.resolve(_channel, state, claims);
        claims = _claims(Side.A, locks, 0, 1);
        claims[0].offerer = Side.B;
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.NotInTree.selector, 0));
        manager.resolve(_channel, state, claims);
        claims = _claims(Side.A, locks, 0, 1);
        claims[0].proof = new bytes32[](0);
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.NotInTree.selector, 0));
        manager.resolve(_channel, state, claims);
    }

    function test_resolve_theThirtyFirstLock_isRefused() external {
        Lock[] memory locks = new Lock[](1);
        locks[0] = _hashLock(30, 10, EXPIRY, _preimage(0));
        State memory state = _withLocks(_state(_channel, 1, 600), locks, new Lock[](0));
        _close(_channel, state);
        _settle(_channel, state);
        Claim[] memory claims = _claims(Side.A, locks, 0, 1);
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.NoSuchLock.selector, 30));
        manager.resolve(_channel, state, claims);
    }

    function test_resolve_locksThatSumToMoreThanTheStateLocks_takeNothingFromOthers() external {
        Lock[] memory locks = _locks(2);
        State memory state = _withLocks(_state(_channel, 1, 600), locks, new Lock[](0));
        // A malformed state that both signed: the tree holds 21, the state says 15.
        (state.lockedA, state.balanceA) = (15, 585);
        _register(_preimage(0));
        _register(_preimage(1));
        _close(_channel, state);
        _settle(_channel, state);
        _resolveOne(state, Side.A, locks, 0);
        Claim[] memory claims = _claims(Side.A, locks, 1, 2);
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.LocksTooLarge.selector, 11, 5));
        manager.resolve(_channel, state, claims);
        _assertCredits(585, 410);
    }

    function test_afterSettling_withLocksLeft_nothingElseWorks() external {
        (State memory state,) = _settled(Side.A, 1);
        State memory last = _state(_channel, NEVER, 0);
        (Signature memory one, Signature memory two) = (_sign(keyA, _channel, last), _sign(keyB, _channel, last));
        bytes memory notOpen = abi.encodeWithSelector(ChannelManager.NotOpen.selector, _channelId);
        bytes memory notClosing = abi.encodeWithSelector(ChannelManager.NotClosing.selector, _channelId);
        VM.startPrank(a);
        VM.expectRevert(notOpen);
        manager.closeTogether(_channel, last, one, two);
        VM.expectRevert(notOpen);
        manager.close(_channel, last, Side.A, 0, _none(), two);
        VM.expectRevert(notOpen);
        manager.topUp(_channel, a, 1);
        VM.expectRevert(notOpen);
        manager.withdraw(_channel, a, 1, NEVER, one, two);
        VM.expectRevert(notClosing);
        manager.challenge(_channel, last, one, two);
        VM.expectRevert(notClosing);
        manager.settle(_channel, state);
    }

    // ---- cost

    /// @notice Sixty secrets, the settling and sixty locks: at most a quarter of a block of 30 million gas, the smallest of the chains that are
    /// served. Transactions of their own, as on a chain.
    /// forge-config: default.isolate = true
    function test_fullResolution_takesAtMostAQuarterOfABlock() external {
        Lock[] memory locks = _locks(30);
        // More than 600 each, so a larger channel.
        _channel = _open(10_000, 10_000);
        Lock[] memory others = new Lock[](30);
        for (uint8 i = 0; i < 30; ++i) {
            others[i] = Lock({index: i, amount: 20 + i, expiry: EXPIRY, kind: LockKind.Point, target: _point(1_000 + uint256(i))});
        }
        State memory state = _withLocks(_state(_channel, 1, 10_000), locks, others);
        _close(_channel, state);

        bytes32[] memory preimages = new bytes32[](30);
        uint256[] memory scalars = new uint256[](30);
        for (uint256 i = 0; i < 30; ++i) {
            (preimages[i], scalars[i]) = (_preimage(i), 1_000 + i);
        }
        manager.registerPreimages(preimages);
        uint256 used = VM.lastCallGas().gasTotalUsed;
        manager.registerScalars(scalars);
        used += VM.lastCallGas().gasTotalUsed;
        VM.warp(START + WINDOW);
        manager.settle(_channel, state);
        used += VM.lastCallGas().gasTotalUsed;
        Claim[] memory claims = new Claim[](60);
        (Claim[] memory one, Claim[] memory two) = (_claims(Side.A, locks, 0, 30), _claims(Side.B, others, 0, 30));
        for (uint256 i = 0; i < 30; ++i) {
            (claims[i], claims[30 + i]) = (one[i], two[i]);
        }
        manager.resolve(_channel, state, claims);
        used += VM.lastCallGas().gasTotalUsed;
        _assertGone(_channel);
        VM.assertLe(used, 30_000_000 / 4, "gas");
    }

    // ---- helpers

    /// @notice A settled channel with locks of one side: 10, 11, … with preimages 0, 1, …
    function _settled(Side offerer, uint8 count) private returns (State memory state, Lock[] memory locks) {
        locks = _locks(count);
        Lock[] memory none = new Lock[](0);
        state = _withLocks(_state(_channel, 1, 600), offerer == Side.A ? locks : none, offerer == Side.A ? none : locks);
        _close(_channel, state);
        _settle(_channel, state);
    }

    function _locks(uint8 count) private pure returns (Lock[] memory locks) {
        locks = new Lock[](count);
        for (uint8 i = 0; i < count; ++i) {
            locks[i] = _hashLock(i, 10 + i, EXPIRY, _preimage(i));
        }
    }

    function _preimage(uint256 i) private pure returns (bytes32) {
        return bytes32(0x5EC2E7 + i);
    }

    function _point(uint256 scalar) private pure returns (bytes32) {
        return bytes32(uint256(uint160(VM.addr(scalar))));
    }

    function _register(bytes32 preimage) private {
        bytes32[] memory preimages = new bytes32[](1);
        preimages[0] = preimage;
        manager.registerPreimages(preimages);
    }

    function _claims(Side offerer, Lock[] memory locks, uint256 from, uint256 to) private view returns (Claim[] memory claims) {
        claims = new Claim[](to - from);
        for (uint256 i = from; i < to; ++i) {
            claims[i - from] = Claim({offerer: offerer, lock: locks[i], proof: _proof(locks, i)});
        }
    }

    function _resolveOne(State memory state, Side offerer, Lock[] memory locks, uint256 position) private {
        manager.resolve(_channel, state, _claims(offerer, locks, position, position + 1));
    }
}
