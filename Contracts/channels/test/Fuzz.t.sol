// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Channel, Claim, Lock, LockKind, Side, Signature, State} from "../src/ChannelTypes.sol";
import {ChannelTest} from "./ChannelTest.sol";
import {VM} from "./IVm.sol";

/// @notice Properties of one channel, over all amounts.
contract FuzzTest is ChannelTest {
    using SafeCast for uint256;

    uint120 private constant MOST = type(uint120).max;

    function setUp() public override {
        super.setUp();
        token.mint(FUNDER, uint256(MOST) * 16);
    }

    /// @notice Whatever was deposited and withdrawn before and after, an accepted state gives out all that the channel holds, and to each party
    /// what the state says plus its own later deposits less its own later withdrawals. Otherwise it is refused, and one of the two is outspent.
    function testFuzz_settle_conserves(uint120[4] memory deposits, uint256 split, uint128[2] memory withdrawals) external {
        for (uint256 i = 0; i < 4; ++i) {
            deposits[i] = 1 + deposits[i] / 4;
        }
        Channel memory channel = _open(deposits[0], deposits[1]);
        uint256 first = uint256(deposits[0]) + deposits[1];
        State memory state = _state(channel, 1, (split % (first + 1)).toUint128());
        VM.startPrank(FUNDER);
        manager.topUp(channel, a, deposits[2]);
        manager.topUp(channel, b, deposits[3]);
        VM.stopPrank();
        uint256 all = first + deposits[2] + deposits[3];
        withdrawals[0] = (1 + withdrawals[0] % (all - 2)).toUint128();
        withdrawals[1] = (1 + withdrawals[1] % (all - withdrawals[0] - 1)).toUint128();
        _withdraw(channel, a, withdrawals[0]);
        _withdraw(channel, b, withdrawals[1]);

        (uint256 hasA, uint256 hasB) = (state.balanceA + deposits[2], state.balanceB + deposits[3]);
        Signature memory peer = _sign(keyB, channel, state);
        if (hasA < withdrawals[0] || hasB < withdrawals[1]) {
            VM.prank(a);
            VM.expectRevert();
            manager.close(channel, state, Side.A, 0, _none(), peer);
            return;
        }
        VM.prank(a);
        manager.close(channel, state, Side.A, 0, _none(), peer);
        _settle(channel, state);
        // The withdrawals were credited before.
        _assertCredits(hasA, hasB);
        VM.assertEq(hasA + hasB, _owed(token), "all of it");
        _assertGone(channel);
    }

    /// @notice Parts that do not sum to the deposits are refused, by any difference in any field.
    function testFuzz_close_refusesWhatDoesNotConserve(uint256 field, uint128 more, uint128 balanceA) external {
        Channel memory channel = _open(MOST, MOST);
        State memory state = _state(channel, 1, balanceA % MOST);
        if (more == 0) more = 1;
        field %= 8;
        if (field == 0) state.balanceA += more;
        else if (field == 1) state.balanceB += more;
        else if (field == 2) state.lockedA += more;
        else if (field == 3) state.lockedB += more;
        else if (field == 4) state.withdrawnA += more;
        else if (field == 5) state.withdrawnB += more;
        else if (field == 6) state.depositedA += more;
        else state.depositedB += more;
        Signature memory peer = _sign(keyB, channel, state);
        VM.prank(a);
        VM.expectRevert();
        manager.close(channel, state, Side.A, 0, _none(), peer);
    }

    /// @notice Of any two signed states that with the higher nonce settles, whichever the close began with and whenever it was challenged.
    function testFuzz_challenge_theHigherNonceWins(uint64[2] memory nonces, uint120[2] memory balances, uint256 when) external {
        Channel memory channel = _open(MOST, 1);
        nonces[0] = 1 + nonces[0] % (NEVER - 1);
        nonces[1] = 1 + nonces[1] % (NEVER - 1);
        State memory one = _state(channel, nonces[0], balances[0]);
        State memory two = _state(channel, nonces[1], balances[1]);
        _close(channel, one);
        VM.warp(START + when % WINDOW);
        bool newer = nonces[1] > nonces[0];
        (Signature memory byA, Signature memory byB) = (_sign(keyA, channel, two), _sign(keyB, channel, two));
        if (!newer) VM.expectRevert();
        manager.challenge(channel, two, byA, byB);
        _settle(channel, newer ? two : one);
        _assertCredits(balances[newer ? 1 : 0], uint256(MOST) + 1 - balances[newer ? 1 : 0]);
    }

    /// @notice However often and late a close is challenged, it ends between one and two windows after it began.
    function testFuzz_challenge_twoWindowsAtMost(uint48[8] memory waits) external {
        Channel memory channel = _open(8, 8);
        _close(channel, _state(channel, 1, 0));
        uint256 closesAt = START + WINDOW;
        for (uint64 i = 0; i < 8; ++i) {
            VM.warp(block.timestamp + waits[i] % (closesAt - block.timestamp));
            _challenge(channel, _state(channel, 2 + i, i));
            uint256 next = manager.records(_id(channel)).closesAt;
            VM.assertTrue(next >= closesAt && next <= START + 2 * WINDOW, "window");
            VM.assertTrue(next == START + 2 * WINDOW || next == block.timestamp + WINDOW, "a whole window or the limit");
            closesAt = next;
        }
    }

    /// @notice No signature over anything else, or by anybody else, moves a channel.
    function testFuzz_challenge_foreignSignatures_areRefused(bytes32 r, bytes32 vs, uint256 key, bytes32 digest) external {
        Channel memory channel = _open(8, 8);
        _close(channel, _state(channel, 1, 0));
        State memory state = _state(channel, 2, 16);
        Signature memory byB = _sign(keyB, channel, state);
        VM.expectRevert();
        manager.challenge(channel, state, Signature({r: r, vs: vs}), byB);
        key = 1 + key % 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364140;
        if (key != keyA) {
            byB = _sign(keyB, channel, state);
            Signature memory foreign = _sign(key, channel, state);
            VM.expectRevert();
            manager.challenge(channel, state, foreign, byB);
        }
        Signature memory other = _sign(keyA, digest);
        VM.expectRevert();
        manager.challenge(channel, state, other, byB);
        VM.assertEq(manager.records(_id(channel)).nonce, 1, "nonce");
    }

    /// @notice A lock pays by when its secret was registered, and is paid in full to one of the two.
    function testFuzz_resolve_paysByTheTimeOfTheSecret(uint120 amount, uint256 expiry, uint256 registered, bool point, bool ofB) external {
        amount = 5 + amount % (MOST - 5);
        expiry = START + expiry % 10 days;
        registered = START + registered % 10 days;
        Lock[] memory locks = new Lock[](1);
        locks[0] = _hashLock(7, amount, expiry.toUint64(), bytes32(uint256(77)));
        if (point) (locks[0].kind, locks[0].target) = (LockKind.Point, bytes32(uint256(uint160(VM.addr(77)))));
        Channel memory channel = _open(MOST, MOST);
        State memory state = _withLocks(_state(channel, 1, MOST), ofB ? new Lock[](0) : locks, ofB ? locks : new Lock[](0));
        _close(channel, state);
        VM.warp(registered);
        if (point) manager.registerScalars(_one(77));
        else manager.registerPreimages(_oneOf(bytes32(uint256(77))));
        VM.warp(START + 20 days);
        manager.settle(channel, state);
        Claim[] memory claims = new Claim[](1);
        claims[0] = Claim({offerer: ofB ? Side.B : Side.A, lock: locks[0], proof: new bytes32[](0)});
        manager.resolve(channel, state, claims);
        uint256 moved = registered <= expiry ? amount : 0;
        if (ofB) _assertCredits(MOST + moved, MOST - moved);
        else _assertCredits(MOST - moved, MOST + moved);
        _assertGone(channel);
    }

    function _one(uint256 value) private pure returns (uint256[] memory values) {
        values = new uint256[](1);
        values[0] = value;
    }

    function _oneOf(bytes32 value) private pure returns (bytes32[] memory values) {
        values = new bytes32[](1);
        values[0] = value;
    }
}
