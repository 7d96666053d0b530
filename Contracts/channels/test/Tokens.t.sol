// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Books} from "../src/Books.sol";
import {Channel, State} from "../src/ChannelTypes.sol";
import {ChannelTest} from "./ChannelTest.sol";
import {VM} from "./IVm.sol";
import {BlacklistToken} from "./tokens/BlacklistToken.sol";
import {CallingToken} from "./tokens/CallingToken.sol";
import {FalseToken} from "./tokens/FalseToken.sol";
import {FeeToken} from "./tokens/FeeToken.sol";
import {PlainToken} from "./tokens/PlainToken.sol";
import {RebaseToken} from "./tokens/RebaseToken.sol";
import {SilentToken} from "./tokens/SilentToken.sol";

/// @notice Tokens that do not do what a token should. A healthy token's channel is open beside each.
contract TokensTest is ChannelTest {
    function setUp() public override {
        super.setUp();
        _open(500, 500);
    }

    // ---- blacklist and pause, as USDC

    function test_blacklistedParty_holdsNobody_andNamesAnotherAddress() external {
        BlacklistToken usd = new BlacklistToken();
        Channel memory channel = _listed(usd, 60, 40);
        usd.setBlacklisted(a, true);
        _settleAt(channel, 25);
        _pull(b, usd, b, 75);
        VM.assertEq(usd.balanceOf(b), 75, "B is paid");
        VM.prank(a);
        VM.expectRevert(abi.encodeWithSelector(BlacklistToken.Blacklisted.selector, a));
        manager.pull(a, address(usd), a, 25, 0, _none());
        _pull(a, usd, PAYEE, 25);
        VM.assertEq(usd.balanceOf(PAYEE), 25, "A is paid elsewhere");
    }

    function test_blacklistedContract_keepsCredits_untilItEnds() external {
        BlacklistToken usd = new BlacklistToken();
        Channel memory channel = _listed(usd, 60, 40);
        usd.setBlacklisted(address(manager), true);
        VM.prank(FUNDER);
        VM.expectRevert(abi.encodeWithSelector(BlacklistToken.Blacklisted.selector, address(manager)));
        manager.topUp(channel, a, 1);
        _settleAt(channel, 25);
        VM.prank(a);
        VM.expectRevert(abi.encodeWithSelector(BlacklistToken.Blacklisted.selector, address(manager)));
        manager.pull(a, address(usd), PAYEE, 25, 0, _none());
        VM.assertEq(_creditOf(a, usd), 25, "credit stays");
        usd.setBlacklisted(address(manager), false);
        _pull(a, usd, PAYEE, 25);
    }

    function test_pausedToken_stopsPaymentsOnly() external {
        BlacklistToken usd = new BlacklistToken();
        Channel memory channel = _listed(usd, 60, 40);
        usd.setPaused(true);
        _settleAt(channel, 25);
        VM.prank(b);
        VM.expectRevert(BlacklistToken.Paused.selector);
        manager.pull(b, address(usd), PAYEE, 75, 0, _none());
        usd.setPaused(false);
        _pull(b, usd, PAYEE, 75);
    }

    // ---- return values

    function test_tokenThatAnswersFalse_isRefusedAtOpenAndAtPull() external {
        FalseToken bad = new FalseToken();
        Channel memory channel = _listed(bad, 60, 40);
        bad.set(true, false);
        bytes memory refusal = abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(bad));
        VM.prank(FUNDER);
        VM.expectRevert(refusal);
        manager.open(a, b, address(bad), 1);
        _settleAt(channel, 25);
        VM.prank(a);
        VM.expectRevert(refusal);
        manager.pull(a, address(bad), PAYEE, 25, 0, _none());
        VM.assertEq(_creditOf(a, bad), 25, "credit stays");
    }

    function test_tokenThatSaysTrueAndMovesNothing_isRefusedAtOpenAndAtPull() external {
        FalseToken bad = new FalseToken();
        Channel memory channel = _listed(bad, 60, 40);
        bad.set(false, true);
        VM.prank(FUNDER);
        VM.expectRevert(abi.encodeWithSelector(Books.NothingReceived.selector, address(bad)));
        manager.open(a, b, address(bad), 1);
        _settleAt(channel, 25);
        VM.prank(a);
        VM.expectRevert(abi.encodeWithSelector(Books.TokenKept.selector, address(bad), 25, 0));
        manager.pull(a, address(bad), PAYEE, 25, 0, _none());
        VM.assertEq(_creditOf(a, bad), 25, "credit stays");
    }

    function test_tokenWithoutReturnValues_works() external {
        SilentToken silent = new SilentToken();
        Channel memory channel = _listed(PlainToken(address(silent)), 60, 40);
        _settleAt(channel, 25);
        _pull(a, PlainToken(address(silent)), PAYEE, 25);
        VM.assertEq(silent.balanceOf(PAYEE), 25, "paid");
    }

    // ---- a fee that is switched on later, as USDT's

    function test_feeOnWhatArrives_isBornByDepositorAndPayee() external {
        FeeToken fee = new FeeToken();
        Channel memory channel = _listed(fee, 60, 40);
        fee.setFee(3, false);
        VM.prank(FUNDER);
        manager.topUp(channel, a, 10);
        VM.assertEq(manager.records(_id(channel)).fundsA, 67, "measured");
        _settleAt(channel, 25);
        _pull(a, fee, PAYEE, 25);
        VM.assertEq(fee.balanceOf(PAYEE), 22, "payee");
        _pull(b, fee, PAYEE, 82);
        VM.assertEq(fee.balanceOf(address(manager)), _owed(fee), "books");
        VM.assertEq(_owed(fee), 0, "owed");
    }

    function test_feeOnTop_isDebitedToWhoPulls() external {
        FeeToken fee = new FeeToken();
        Channel memory channel = _listed(fee, 60, 40);
        _settleAt(channel, 25);
        fee.setFee(3, true);
        VM.prank(a);
        VM.expectRevert(abi.encodeWithSelector(Books.CreditShort.selector, 25, 28));
        manager.pull(a, address(fee), PAYEE, 25, 0, _none());
        VM.expectEmit(true, true, true, true, address(manager));
        emit Books.Pulled(a, address(fee), PAYEE, 23);
        _pull(a, fee, PAYEE, 20);
        VM.assertEq(_creditOf(a, fee), 2, "credit");
        VM.assertEq(fee.balanceOf(address(manager)), _owed(fee), "books");
        fee.setFee(0, true);
        _pull(b, fee, PAYEE, 75);
        VM.assertEq(_owed(fee), 2, "owed");
    }

    // ---- rebase

    function test_rebaseDown_takesNoDeposit_andLeavesOtherTokensAlone() external {
        RebaseToken pool = new RebaseToken();
        Channel memory channel = _listed(pool, 60, 40);
        pool.rebase(50, false);
        VM.prank(FUNDER);
        VM.expectRevert(abi.encodeWithSelector(Books.TokenShort.selector, address(pool), 60, 110));
        manager.topUp(channel, a, 10);
        _settleAt(channel, 25);
        _pull(a, pool, PAYEE, 25);
        _pull(b, pool, PAYEE, 25);
        VM.prank(b);
        VM.expectRevert();
        manager.pull(b, address(pool), PAYEE, 50, 0, _none());
        VM.assertEq(token.balanceOf(address(manager)), _owed(token), "the healthy token");
    }

    function test_rebaseUp_isNobodys() external {
        RebaseToken pool = new RebaseToken();
        Channel memory channel = _listed(pool, 60, 40);
        pool.rebase(200, false);
        VM.prank(FUNDER);
        manager.topUp(channel, a, 10);
        VM.assertEq(_owed(pool), 110, "owed");
        _settleAt(channel, 25);
        VM.prank(a);
        VM.expectRevert(abi.encodeWithSelector(Books.CreditShort.selector, 25, 26));
        manager.pull(a, address(pool), PAYEE, 26, 0, _none());
        _pull(a, pool, PAYEE, 24);
    }

    function test_rebaseInTheMiddleOfADeposit_countsNoMoreThanWasAskedFor() external {
        RebaseToken pool = new RebaseToken();
        Channel memory channel = _listed(pool, 60, 40);
        pool.rebase(0, true);
        VM.prank(FUNDER);
        manager.topUp(channel, a, 10);
        VM.assertEq(manager.records(_id(channel)).fundsA, 70, "deposit");
        VM.assertEq(pool.balanceOf(address(manager)), 220, "balance");
    }

    function test_rebaseInTheMiddleOfAPayment_thatLeavesMoreThanBefore_isRefused() external {
        RebaseToken pool = new RebaseToken();
        _settleAt(_listed(pool, 60, 40), 25);
        pool.rebase(0, true);
        VM.prank(a);
        VM.expectRevert(abi.encodeWithSelector(Books.TokenKept.selector, address(pool), 10, 0));
        manager.pull(a, address(pool), PAYEE, 10, 0, _none());
    }

    // ---- re-entry

    function test_reentry_intoADepositOrAPayment_isRefused() external {
        CallingToken calling = new CallingToken();
        Channel memory channel = _listed(calling, 60, 40);
        _settleAt(channel, 25);
        Channel memory other = _open(calling, 10, 0);
        bytes[3] memory calls = [
            abi.encodeCall(manager.open, (a, b, address(calling), 1)),
            abi.encodeCall(manager.topUp, (other, a, 1)),
            abi.encodeCall(manager.pull, (a, address(calling), PAYEE, 1, 0, _none()))
        ];
        for (uint256 i = 0; i < 3; ++i) {
            calling.set(address(manager), calls[i]);
            VM.prank(FUNDER);
            manager.topUp(other, a, 1);
            _assertRefused(calling);
            calling.set(address(manager), calls[i]);
            _pull(a, calling, PAYEE, 1);
            _assertRefused(calling);
        }
        VM.assertEq(manager.records(_id(other)).fundsA, 13, "deposit");
        VM.assertEq(_creditOf(a, calling), 22, "credit");
        VM.assertEq(calling.balanceOf(address(manager)), _owed(calling), "books");
    }

    function test_reentry_intoAPullThroughASettle_paysOnce() external {
        CallingToken calling = new CallingToken();
        Channel memory channel = _listed(calling, 60, 40);
        State memory state = _state(channel, 1, 25);
        _close(channel, state);
        Channel memory other = _open(calling, 10, 0);
        VM.warp(manager.records(_id(channel)).closesAt);
        calling.set(address(manager), abi.encodeCall(manager.settle, (channel, state)));
        VM.prank(FUNDER);
        manager.topUp(other, a, 5);
        VM.assertEq(_creditOf(a, calling), 25, "A");
        VM.assertEq(_creditOf(b, calling), 75, "B");
        VM.assertEq(_owed(calling), 115, "owed");
        VM.assertEq(calling.balanceOf(address(manager)), 115, "balance");
    }

    // ---- helpers

    function _listed(PlainToken coin, uint120 depositA, uint120 depositB) private returns (Channel memory) {
        _list(coin);
        return _open(coin, depositA, depositB);
    }

    function _settleAt(Channel memory channel, uint128 balanceA) private {
        State memory state = _state(channel, 1, balanceA);
        _close(channel, state);
        _settle(channel, state);
    }

    function _assertRefused(CallingToken calling) private view {
        VM.assertEq(
            keccak256(calling.answer()),
            keccak256(abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)),
            "not refused"
        );
    }
}
