// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Books} from "../src/Books.sol";
import {ChannelManager} from "../src/ChannelManager.sol";
import {Channel, Side, Signature, State} from "../src/ChannelTypes.sol";
import {ChannelTest} from "./ChannelTest.sol";
import {VM} from "./IVm.sol";

/// @notice Closing alone and together, challenging, the windows, and settling free balances.
contract ClosingTest is ChannelTest {
    Channel private _channel;
    bytes32 private _channelId;

    function setUp() public override {
        super.setUp();
        _channel = _open(60, 40);
        _channelId = _id(_channel);
    }

    // ---- close

    function test_close_byAPartyItself_needsOnlyThePeersSignature() external {
        State memory state = _state(_channel, 7, 25);
        Signature memory peer = _sign(keyA, _channel, state);
        VM.expectEmit(true, true, true, true, address(manager));
        emit ChannelManager.Closing(_channelId, 7, START + WINDOW);
        VM.prank(b);
        manager.close(_channel, state, Side.B, 0, _none(), peer);
        ChannelManager.Record memory record = manager.records(_channelId);
        VM.assertEq(record.nonce, 7, "nonce");
        VM.assertEq(record.limit, START + 2 * WINDOW, "limit");
        VM.assertEq(record.state, manager.stateHash(_channelId, state), "state");
        _settle(_channel, state);
        _assertCredits(25, 75);
        _assertGone(_channel);
    }

    function test_close_relayed_needsTheClosersDemand() external {
        State memory state = _state(_channel, 7, 25);
        Signature memory demand = _sign(keyB, manager.closeDigest(manager.stateHash(_channelId, state), START));
        Signature memory peer = _sign(keyA, _channel, state);
        VM.prank(TOWER);
        manager.close(_channel, state, Side.B, START, demand, peer);
        VM.assertEq(manager.records(_channelId).nonce, 7, "nonce");
    }

    function test_close_byATowerWithAFullySignedState_isRefused() external {
        State memory state = _state(_channel, 7, 25);
        (Signature memory one, Signature memory two) = (_sign(keyA, _channel, state), _sign(keyB, _channel, state));
        VM.startPrank(TOWER);
        VM.expectRevert();
        manager.close(_channel, state, Side.A, NEVER, one, two);
        VM.expectRevert();
        manager.close(_channel, state, Side.B, NEVER, two, one);
        VM.expectRevert(abi.encodeWithSelector(Books.WrongSigner.selector, a, address(0)));
        manager.close(_channel, state, Side.A, NEVER, _none(), two);
        VM.assertEq(manager.records(_channelId).closesAt, 0, "closing");
    }

    function test_close_withAnExpiredDemand_isRefused() external {
        State memory state = _state(_channel, 7, 25);
        Signature memory demand = _sign(keyA, manager.closeDigest(manager.stateHash(_channelId, state), START - 1));
        Signature memory peer = _sign(keyB, _channel, state);
        VM.expectRevert(abi.encodeWithSelector(Books.Expired.selector, START - 1, START));
        manager.close(_channel, state, Side.A, START - 1, demand, peer);
    }

    function test_close_withADemandForAnotherState_isRefused() external {
        State memory state = _state(_channel, 7, 25);
        State memory other = _state(_channel, 6, 25);
        Signature memory demand = _sign(keyA, manager.closeDigest(manager.stateHash(_channelId, other), NEVER));
        Signature memory peer = _sign(keyB, _channel, state);
        VM.expectRevert();
        manager.close(_channel, state, Side.A, NEVER, demand, peer);
    }

    function test_close_withoutThePeersSignature_isRefused() external {
        State memory state = _state(_channel, 1, 100);
        Signature memory own = _sign(keyA, _channel, state);
        VM.prank(a);
        VM.expectRevert(abi.encodeWithSelector(Books.WrongSigner.selector, b, a));
        manager.close(_channel, state, Side.A, 0, _none(), own);
    }

    function test_close_beforeAnyState_givesTheDeposits() external {
        State memory empty;
        VM.prank(a);
        manager.close(_channel, empty, Side.A, 0, _none(), _none());
        _settle(_channel, empty);
        _assertCredits(60, 40);
        _assertGone(_channel);
    }

    function test_close_withNonceZeroAndAnythingInIt_isRefused() external {
        State memory state = _state(_channel, 0, 100);
        VM.startPrank(a);
        VM.expectRevert(ChannelManager.UnsignedStateNotEmpty.selector);
        manager.close(_channel, state, Side.A, 0, _none(), _none());
        state.depositedA = 0;
        VM.expectRevert(ChannelManager.UnsignedStateNotEmpty.selector);
        manager.close(_channel, state, Side.A, 0, _none(), _none());
        state.depositedB = 0;
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.NotConserved.selector, 0, 100));
        manager.close(_channel, state, Side.A, 0, _none(), _none());
    }

    function test_close_twice_isRefused() external {
        State memory state = _state(_channel, 7, 25);
        _close(_channel, state);
        VM.prank(a);
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.NotOpen.selector, _channelId));
        manager.close(_channel, state, Side.A, 0, _none(), _none());
    }

    function test_close_stateThatDoesNotConserve_isRefused() external {
        for (uint256 field = 0; field < 8; ++field) {
            State memory state = _state(_channel, 1, 25);
            if (field == 0) ++state.balanceA;
            else if (field == 1) ++state.balanceB;
            else if (field == 2) ++state.trimmedA;
            else if (field == 3) ++state.trimmedB;
            else if (field == 4) ++state.lockedA;
            else if (field == 5) ++state.lockedB;
            else if (field == 6) ++state.withdrawnA;
            else ++state.withdrawnB;
            Signature memory peer = _sign(keyB, _channel, state);
            VM.prank(a);
            VM.expectRevert(abi.encodeWithSelector(ChannelManager.NotConserved.selector, 100, 101));
            manager.close(_channel, state, Side.A, 0, _none(), peer);
        }
    }

    function test_close_amountsThatWouldOverflow_areRefused() external {
        State memory state = _state(_channel, 1, 25);
        // Modulo 2^256 these sum to 100.
        (state.balanceA, state.balanceB) = (25 + (1 << 255), 75 + (1 << 255));
        Signature memory peer = _sign(keyB, _channel, state);
        VM.prank(a);
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.AmountTooLarge.selector));
        manager.close(_channel, state, Side.A, 0, _none(), peer);
    }

    function test_close_withADirtyWord_isRefused() external {
        State memory state = _state(_channel, 7, 25);
        bytes memory call = abi.encodeCall(manager.close, (_channel, state, Side.A, NEVER, _none(), _sign(keyB, _channel, state)));
        // The highest byte of the nonce's word: selector, four words of the channel.
        call[4 + 4 * 32] = 0x01;
        VM.prank(a);
        (bool done,) = address(manager).call(call);
        VM.assertTrue(!done, "accepted");
    }

    // ---- totals

    function test_settle_stateOlderThanATopUp_givesItToItsDepositor() external {
        State memory state = _state(_channel, 7, 25);
        VM.startPrank(FUNDER);
        manager.topUp(_channel, a, 1_000);
        manager.topUp(_channel, b, 2_000);
        VM.stopPrank();
        _close(_channel, state);
        _settle(_channel, state);
        _assertCredits(1_025, 2_075);
    }

    function test_settle_stateOlderThanAWithdrawal_takesItFromItsWithdrawer() external {
        State memory state = _state(_channel, 7, 25);
        _withdraw(_channel, a, 10);
        _withdraw(_channel, b, 20);
        _close(_channel, state);
        _settle(_channel, state);
        _assertCredits(25, 75);
    }

    function test_settle_stateThatNamesAWithdrawalThatWasNotMade_givesItBack() external {
        State memory state = _state(_channel, 7, 25);
        (state.withdrawnA, state.balanceA) = (10, 15);
        (state.withdrawnB, state.balanceB) = (20, 55);
        _close(_channel, state);
        _settle(_channel, state);
        _assertCredits(25, 75);
    }

    function test_settle_stateThatNamesADepositThatVanished_isItsDepositorsLoss() external {
        State memory state = _state(_channel, 7, 25);
        (state.depositedA, state.balanceA) = (70, 35);
        _close(_channel, state);
        _settle(_channel, state);
        _assertCredits(25, 75);
    }

    function test_close_stateThatIsOutspent_isRefusedAsOld() external {
        State memory oldForA = _state(_channel, 1, 0);
        State memory oldForB = _state(_channel, 2, 100);
        _withdraw(_channel, a, 10);
        _withdraw(_channel, b, 15);
        (Signature memory one, Signature memory two) = (_sign(keyB, _channel, oldForA), _sign(keyA, _channel, oldForB));
        VM.prank(a);
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.Outspent.selector, Side.A, 10));
        manager.close(_channel, oldForA, Side.A, 0, _none(), one);
        VM.prank(b);
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.Outspent.selector, Side.B, 15));
        manager.close(_channel, oldForB, Side.B, 0, _none(), two);
    }

    function test_settle_trimmedLocks_areTheirOfferers() external {
        State memory state = _state(_channel, 7, 25);
        (state.trimmedA, state.balanceA) = (15, 10);
        (state.trimmedB, state.balanceB) = (25, 50);
        _close(_channel, state);
        _settle(_channel, state);
        _assertCredits(25, 75);
    }

    function test_close_trimmedTotalOverTheCap_isRefused() external {
        State memory state = _state(_channel, 7, 25);
        (state.trimmedA, state.balanceA) = (15, 10);
        (state.trimmedB, state.balanceB) = (26, 49);
        Signature memory peer = _sign(keyB, _channel, state);
        VM.prank(a);
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.TrimmedOverCap.selector, 41, CAP));
        manager.close(_channel, state, Side.A, 0, _none(), peer);
    }

    // ---- challenge

    function test_challenge_byATower_replacesAnOldState_andPunishesNobody() external {
        _close(_channel, _state(_channel, 3, 90));
        State memory newest = _state(_channel, 9, 25);
        VM.warp(START + 1);
        VM.expectEmit(true, true, true, true, address(manager));
        emit ChannelManager.Closing(_channelId, 9, START + 1 + WINDOW);
        _challenge(_channel, newest);
        _settle(_channel, newest);
        _assertCredits(25, 75);
    }

    function test_challenge_anyNumberOfTimes_whileTheNonceRises() external {
        _close(_channel, _state(_channel, 1, 90));
        for (uint64 nonce = 2; nonce < 12; ++nonce) {
            _challenge(_channel, _state(_channel, nonce, nonce));
        }
        _settle(_channel, _state(_channel, 11, 11));
        _assertCredits(11, 89);
    }

    function test_challenge_withTheSameOrAnOlderNonce_isRefused() external {
        _close(_channel, _state(_channel, 5, 50));
        for (uint64 nonce = 4; nonce < 6; ++nonce) {
            State memory state = _state(_channel, nonce, 99);
            (Signature memory one, Signature memory two) = (_sign(keyA, _channel, state), _sign(keyB, _channel, state));
            VM.expectRevert(abi.encodeWithSelector(ChannelManager.NonceNotHigher.selector, nonce, 5));
            manager.challenge(_channel, state, one, two);
        }
    }

    function test_challenge_byATowerWithAnOldState_doesNotKeepTheNewestOut() external {
        _close(_channel, _state(_channel, 1, 90));
        _challenge(_channel, _state(_channel, 2, 80));
        State memory newest = _state(_channel, 3, 25);
        _challenge(_channel, newest);
        _settle(_channel, newest);
        _assertCredits(25, 75);
    }

    function test_challenge_late_leavesAWholeWindow_andTwoInAllAtMost() external {
        _close(_channel, _state(_channel, 1, 90));
        VM.warp(START + WINDOW / 2);
        _challenge(_channel, _state(_channel, 2, 80));
        VM.assertEq(manager.records(_channelId).closesAt, START + WINDOW + WINDOW / 2, "extended to a whole window");
        VM.warp(START + WINDOW + WINDOW / 2 - 1);
        _challenge(_channel, _state(_channel, 3, 70));
        VM.assertEq(manager.records(_channelId).closesAt, START + 2 * WINDOW, "two windows at most");
        VM.warp(START + 2 * WINDOW - 1);
        _challenge(_channel, _state(_channel, 4, 60));
        VM.assertEq(manager.records(_channelId).closesAt, START + 2 * WINDOW, "not later");
    }

    function test_challenge_afterTheWindow_isRefused() external {
        _close(_channel, _state(_channel, 1, 90));
        State memory state = _state(_channel, 2, 25);
        (Signature memory one, Signature memory two) = (_sign(keyA, _channel, state), _sign(keyB, _channel, state));
        VM.warp(START + WINDOW);
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.WindowOver.selector, START + WINDOW, START + WINDOW));
        manager.challenge(_channel, state, one, two);
    }

    function test_challenge_ofAnOpenChannel_isRefused() external {
        State memory state = _state(_channel, 2, 25);
        (Signature memory one, Signature memory two) = (_sign(keyA, _channel, state), _sign(keyB, _channel, state));
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.NotClosing.selector, _channelId));
        manager.challenge(_channel, state, one, two);
    }

    function test_challenge_signedByOne_isRefused() external {
        _close(_channel, _state(_channel, 1, 90));
        State memory state = _state(_channel, 2, 25);
        (Signature memory one, Signature memory two) = (_sign(keyA, _channel, state), _sign(keyB, _channel, state));
        VM.expectRevert(abi.encodeWithSelector(Books.WrongSigner.selector, b, a));
        manager.challenge(_channel, state, one, one);
        VM.expectRevert(abi.encodeWithSelector(Books.WrongSigner.selector, a, b));
        manager.challenge(_channel, state, two, two);
    }

    // ---- settle

    function test_settle_beforeTheWindowEnds_isRefused() external {
        State memory state = _state(_channel, 1, 90);
        _close(_channel, state);
        VM.warp(START + WINDOW - 1);
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.WindowNotOver.selector, START + WINDOW, START + WINDOW - 1));
        manager.settle(_channel, state);
    }

    function test_settle_anotherState_isRefused() external {
        State memory state = _state(_channel, 1, 90);
        _close(_channel, state);
        VM.warp(START + WINDOW);
        State memory other = _state(_channel, 1, 10);
        bytes32 expected = manager.stateHash(_channelId, state);
        bytes32 actual = manager.stateHash(_channelId, other);
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.WrongState.selector, expected, actual));
        manager.settle(_channel, other);
    }

    function test_settle_ofAnOpenChannel_orTwice_isRefused() external {
        State memory state = _state(_channel, 1, 90);
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.NotClosing.selector, _channelId));
        manager.settle(_channel, state);
        _close(_channel, state);
        _settle(_channel, state);
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.NotClosing.selector, _channelId));
        manager.settle(_channel, state);
    }

    function test_settle_manyInOneTransaction() external {
        Channel memory second = _open(10, 20);
        (State memory one, State memory two) = (_state(_channel, 1, 90), _state(second, 1, 30));
        _close(_channel, one);
        _close(second, two);
        VM.warp(START + WINDOW);
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(manager.settle, (_channel, one));
        calls[1] = abi.encodeCall(manager.settle, (second, two));
        manager.multicall(calls);
        _assertCredits(120, 10);
    }

    // ---- closeTogether

    function test_closeTogether_endsTheChannelAtOnce() external {
        State memory last = _state(_channel, NEVER, 25);
        (Signature memory one, Signature memory two) = (_sign(keyA, _channel, last), _sign(keyB, _channel, last));
        VM.expectEmit(true, true, true, true, address(manager));
        emit ChannelManager.Settled(_channelId, NEVER);
        VM.prank(TOWER);
        manager.closeTogether(_channel, last, one, two);
        _assertCredits(25, 75);
        _assertGone(_channel);
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.NotOpen.selector, _channelId));
        manager.closeTogether(_channel, last, one, two);
    }

    function test_closeTogether_worksInTheMiddleOfAClose() external {
        _close(_channel, _state(_channel, 1, 90));
        State memory last = _state(_channel, NEVER, 25);
        manager.closeTogether(_channel, last, _sign(keyA, _channel, last), _sign(keyB, _channel, last));
        _assertCredits(25, 75);
        _assertGone(_channel);
    }

    function test_closeTogether_withAnyOtherStateOrLocks_isRefused() external {
        State memory state = _state(_channel, NEVER - 1, 25);
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.NotFinal.selector, NEVER - 1));
        manager.closeTogether(_channel, state, _none(), _none());
        (state.nonce, state.lockedA) = (NEVER, 1);
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.NotFinal.selector, NEVER));
        manager.closeTogether(_channel, state, _none(), _none());
        (state.lockedA, state.lockedB) = (0, 1);
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.NotFinal.selector, NEVER));
        manager.closeTogether(_channel, state, _none(), _none());
    }

    function test_closeTogether_signedByOne_isRefused() external {
        State memory last = _state(_channel, NEVER, 25);
        (Signature memory one, Signature memory two) = (_sign(keyA, _channel, last), _sign(keyB, _channel, last));
        VM.expectRevert(abi.encodeWithSelector(Books.WrongSigner.selector, b, a));
        manager.closeTogether(_channel, last, one, one);
        VM.expectRevert(abi.encodeWithSelector(Books.WrongSigner.selector, a, b));
        manager.closeTogether(_channel, last, two, two);
    }
}
